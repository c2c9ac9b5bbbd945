package io.posthorse.platform;

import java.io.IOException;

/** Another process has the data directory open. */
public final class DirectoryInUseException extends IOException {
    private static final long serialVersionUID = 1;

    public DirectoryInUseException(String directory) {
        super("The data directory " + directory + " is in use by another process. Two brokers on one directory would"
                + " destroy it. Stop the other one, or name another directory with --data.");
    }
}
