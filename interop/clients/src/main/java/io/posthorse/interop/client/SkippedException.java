package io.posthorse.interop.client;

/** Thrown by a scenario that this client version cannot play. */
public final class SkippedException extends Exception {

    private static final long serialVersionUID = 1L;

    /** With the reason to print. */
    public SkippedException(String reason) {
        super(reason);
    }
}
