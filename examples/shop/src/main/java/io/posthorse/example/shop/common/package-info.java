/**
 * Code shared by all services: the outbox, the log of consumed messages, number generation, and breakpoints for tests.
 */
package io.posthorse.example.shop.common;
