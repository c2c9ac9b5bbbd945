package io.posthorse.cli;

/** Why a command did not do what it was told: what happened, what it means, and what to do next, for a user to read. */
final class CommandFailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    CommandFailedException(int exitCode, String text) {
        super(text, null, false, false);
        this.exitCode = exitCode;
    }

    /** As {@link Main} has them. */
    int exitCode() {
        return exitCode;
    }
}
