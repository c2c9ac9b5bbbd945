package io.posthorse.log;

import java.io.IOException;

/** Thrown where bytes that should be a batch of records are none. */
public final class MalformedBatchException extends IOException {
    private static final long serialVersionUID = 1;

    MalformedBatchException(String message) {
        super(message);
    }
}
