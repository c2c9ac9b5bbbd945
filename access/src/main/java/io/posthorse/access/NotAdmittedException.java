package io.posthorse.access;

/** Somebody is not let in; the text says why, and is fit for the one who asked. */
public final class NotAdmittedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NotAdmittedException(String reason) {
        super(reason, null, false, false);
    }
}
