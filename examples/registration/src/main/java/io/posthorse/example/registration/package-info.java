/** Registers users and tells them by mail and text message, in three ways that can be compared. */
package io.posthorse.example.registration;
