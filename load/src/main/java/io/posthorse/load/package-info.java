/** The load program, {@code bin/posthorse bench}: sends and consumes over plain sockets and measures it. */
package io.posthorse.load;
