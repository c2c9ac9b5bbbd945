package io.posthorse.log;

import java.io.IOException;

/** Thrown where a batch that the group has agreed on does not follow this node's log: the node must not go on. */
public final class DivergedException extends IOException {
    private static final long serialVersionUID = 1;

    public DivergedException(String message) {
        super(message);
    }
}
