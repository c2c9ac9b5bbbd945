/** Registers users and notifies them by mail and text message, in three modes for comparison. */
package io.posthorse.example.registration;
