package io.posthorse.replication.ratis;

import java.io.IOException;

/** Thrown where the engine has closed itself, as after an error, or after the group has removed this node. */
final class ClosedException extends IOException {
    private static final long serialVersionUID = 1;

    ClosedException() {
        super("The engine has closed itself after an error, which the server log has. Restart this node");
    }
}
