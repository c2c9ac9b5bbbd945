package io.posthorse.log;

import java.io.IOException;

/** Thrown where a batch that the group has agreed on does not follow this node's log: the node must not go on. */
public class DivergedException extends IOException {
    private static final long serialVersionUID = 1;

    public DivergedException(String message) {
        super(message);
    }

    /**
     * A node that belongs to another group, or is configured for another size of segments than its group: its records may
     * be right.
     */
    public static final class Mismatch extends DivergedException {
        private static final long serialVersionUID = 1;

        public Mismatch(String message) {
            super(message);
        }
    }
}
