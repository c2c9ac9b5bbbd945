package io.posthorse.codec.rocketmq;

/** The one exception of this codec: bytes that are not what the protocol says. The message names what was wrong. */
public final class MalformedFrameException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public MalformedFrameException(String message) {
        super(message, null, false, false);
    }
}
