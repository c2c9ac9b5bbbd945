package io.posthorse.platform;

import java.io.IOException;

/**
 * The one place for work that blocks on a disk, away from the owner. Jobs run one after another, in the order of
 * submission; the outcome of each comes back to the owner as a task on its thread.
 */
public interface Background {
    /**
     * Runs the job away from the owner, then {@code done} on the owner's thread.
     *
     * @param done receives null where the job succeeded, else its failure
     */
    void run(Job job, Done done);

    /** Work that may block and fail. */
    interface Job {
        void run() throws IOException;
    }

    /** A receiver of a job's outcome on the owner's thread. */
    interface Done {
        void accept(IOException failure);
    }
}
