package io.posthorse.net;

import io.netty.buffer.ByteBuf;

/** What a protocol keeps for one connection. All calls come on the owner's thread. */
public interface Session {
    /**
     * Bytes have come. Takes whole frames by moving the reader index and leaves the rest; the buffer belongs to the
     * caller. Takes no further frame where {@link Connection#takesMore} is false. What is left is offered again.
     *
     * @return for how many bytes of the frame at the reader index to make room, or 0 where that is not known yet
     */
    int read(ByteBuf in);

    /** The peer takes what it is sent again. */
    default void writable() {}

    /** The connection is gone; nothing can be sent any more. */
    void closed();
}
