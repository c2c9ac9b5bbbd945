package io.posthorse.log;

import java.io.IOException;

/** Thrown where the data directory cannot be used without losing acknowledged state, so the start is refused. */
public final class LogCorruptException extends IOException {
    private static final long serialVersionUID = 1;

    LogCorruptException(String message) {
        super(message);
    }

    public LogCorruptException(String message, Throwable cause) {
        super(message, cause);
    }
}
