package io.posthorse.embedded;

/** A failure to start a broker. The message says what happened, why, and what to do. */
public final class BrokerStartException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BrokerStartException(String message, Throwable cause) {
        super(message, cause);
    }
}
