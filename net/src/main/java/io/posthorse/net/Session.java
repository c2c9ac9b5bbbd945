package io.posthorse.net;

import io.netty.buffer.ByteBuf;

/** The state of a protocol for one connection. All calls come on the owner's thread. */
public interface Session {
    /**
     * Reads received bytes. Takes whole frames by moving the reader index and leaves the rest; the buffer belongs to the
     * caller. Takes no further frame where {@link Connection#takesMore} is false. Remaining bytes are offered again.
     *
     * @return bytes of the frame at the reader index for which to make room, or 0 where that is not known yet
     */
    int read(ByteBuf in);

    /** Notes that the peer takes its answers again. */
    default void writable() {}

    /** Notes that the connection has ended; nothing can be sent any more. */
    void closed();
}
