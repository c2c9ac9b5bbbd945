/**
 * The one gate of all protocols: who somebody is, and what he may do to the topic or group that the work is really done on.
 * Adapters decide nothing about rights themselves, and see no users and no rules.
 */
package io.posthorse.access;
