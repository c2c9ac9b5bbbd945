package io.posthorse.cli;

/** The failure of a command; its message tells the user what happened, what it means, and what to do next. */
final class CommandFailedException extends Exception {
    private static final long serialVersionUID = 1;

    private final int exitCode;

    CommandFailedException(int exitCode, String text) {
        super(text, null, false, false);
        this.exitCode = exitCode;
    }

    /** Returns the exit code, as defined in {@link Main}. */
    int exitCode() {
        return exitCode;
    }
}
