package io.posthorse.platform;

import java.io.IOException;

/**
 * The one place where work that blocks on a disk is done away from the owner. Jobs run one after another, in the order
 * in which they were handed over; each job's outcome comes back to the owner as a task on its thread.
 */
public interface Background {
    /**
     * Runs the job away from the owner, then {@code done} on the owner's thread.
     *
     * @param done gets null where the job succeeded, else what it threw
     */
    void run(Job job, Done done);

    /** Work that may block and fail. */
    interface Job {
        void run() throws IOException;
    }

    /** Takes a job's outcome on the owner's thread. */
    interface Done {
        void accept(IOException failure);
    }
}
