package io.posthorse.platform;

import java.io.IOException;

/** Thrown where another process has the data directory open. */
public final class DirectoryInUseException extends IOException {
    private static final long serialVersionUID = 1;

    /**
     * Creates the exception.
     *
     * @param owner the process in words, such as {@code process 4711}
     */
    public DirectoryInUseException(String directory, String owner) {
        super("The data directory " + directory + " is in use by " + owner + ". Two brokers on one directory would destroy"
                + " it. Stop that process, or name another directory with --data (storePathRootDir).");
    }
}
