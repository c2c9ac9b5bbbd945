/** The charging service in the style of 2020: a Source and the messages sent to its output. */
package io.posthorse.example.parkingclassic.charging;
