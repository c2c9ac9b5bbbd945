/** The message service: shows notices to drivers in the order of sending. */
package io.posthorse.example.parking.message;
