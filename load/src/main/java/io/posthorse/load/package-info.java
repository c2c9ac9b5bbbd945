/** The load program, {@code bin/posthorse bench}: sends and consumes over plain sockets and measures the latency. */
package io.posthorse.load;
