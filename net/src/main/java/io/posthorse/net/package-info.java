/**
 * Sockets. One event loop accepts, reads and writes; it is also the owner's thread, so a command runs where its bytes
 * arrived. Protocols see a {@link io.posthorse.net.Connection} and get bytes; everything of Netty but its buffers stays in
 * here.
 */
package io.posthorse.net;
