package io.posthorse.log;

import java.io.IOException;

/** The records that another log needs next are not in this one any more, or cannot be read. */
public final class GoneException extends IOException {
    private static final long serialVersionUID = 1;

    private final long needed;

    public GoneException(long needed) {
        super("the records that are needed next are not in the log any more, or cannot be read");
        this.needed = needed;
    }

    /** Returns the position of which a checkpoint has to be at, or behind: the log can go on from there. */
    public long needed() {
        return needed;
    }
}
