/** The message service: shows notices to drivers, in the order in which they were sent. */
package io.posthorse.example.parking.message;
