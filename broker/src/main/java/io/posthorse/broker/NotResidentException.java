package io.posthorse.broker;

/**
 * What a command needs may have to come from the disk. It is thrown before the command has changed anything, so whoever
 * runs commands has {@link OldMessages#read} look it up, and then runs the command from its begin.
 */
public final class NotResidentException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Lookup lookup;
    private final long decisions;

    /** @param decisions {@link Broker#decisions} so far */
    NotResidentException(Lookup lookup, long decisions) {
        super("it may have to come from the disk", null, false, false);
        this.lookup = lookup;
        this.decisions = decisions;
    }

    /**
     * What is to be looked up.
     *
     * @param before {@link Broker#decisions} when the command began
     * @throws IllegalStateException where the command has changed something already: run again, it would do that twice
     */
    public Lookup lookup(long before) {
        if (decisions != before) {
            throw new IllegalStateException("A command asked for something of the disk after it had changed something. It is"
                    + " not run again; what it has done stays.");
        }
        return lookup;
    }
}
