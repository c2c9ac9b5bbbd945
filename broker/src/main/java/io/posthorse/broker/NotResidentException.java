package io.posthorse.broker;

/**
 * Thrown where a command needs records that may have to come from the disk, before it has changed anything. The caller of
 * the command passes the lookup to {@link OldMessages#read}, and then runs the command again.
 */
public final class NotResidentException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Lookup lookup;
    private final long decisions;

    /** @param decisions {@link Broker#decisions} so far */
    NotResidentException(Lookup lookup, long decisions) {
        super("a record may have to come from the disk", null, false, false);
        this.lookup = lookup;
        this.decisions = decisions;
    }

    /**
     * Returns the lookup.
     *
     * @param before {@link Broker#decisions} when the command began
     * @throws IllegalStateException where the command has already changed something: a second run would do that twice
     */
    public Lookup lookup(long before) {
        if (decisions != before) {
            throw new IllegalStateException("A command needed a record from the disk after it had changed something. It is"
                    + " not run again; its changes stay.");
        }
        return lookup;
    }
}
