package io.posthorse.broker;

/**
 * What a command needs may have to come from the disk. It is thrown before the command has changed anything, so whoever
 * runs commands has {@link OldMessages#read} look it up, and then runs the command from its begin.
 */
public final class NotAtHandException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Lookup lookup;

    NotAtHandException(Lookup lookup) {
        super("it may have to come from the disk", null, false, false);
        this.lookup = lookup;
    }

    public Lookup lookup() {
        return lookup;
    }
}
