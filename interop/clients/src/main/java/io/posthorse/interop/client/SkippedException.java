package io.posthorse.interop.client;

/** Thrown by a scenario that this client version does not support. */
public final class SkippedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** Creates the exception with a reason to print. */
    public SkippedException(String reason) {
        super(reason);
    }
}
