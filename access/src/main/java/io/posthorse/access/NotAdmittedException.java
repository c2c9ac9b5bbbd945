package io.posthorse.access;

/** Thrown where a login is refused; the text says why, and may be sent to the client. */
public final class NotAdmittedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotAdmittedException(String reason) {
        super(reason, null, false, false);
    }
}
