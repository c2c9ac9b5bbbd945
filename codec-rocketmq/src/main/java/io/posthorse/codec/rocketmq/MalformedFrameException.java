package io.posthorse.codec.rocketmq;

/** The only exception of this codec: bytes that violate the protocol. The message says what is wrong. */
public final class MalformedFrameException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedFrameException(String message) {
        super(message, null, false, false);
    }
}
