/** The message service in the style of 2020: a Sink and listeners for its input. */
package io.posthorse.example.parkingclassic.message;
