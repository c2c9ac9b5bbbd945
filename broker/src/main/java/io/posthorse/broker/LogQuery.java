package io.posthorse.broker;

/** A query of a command that another thread answers from the log. Queries for the same answer are equal. */
public interface LogQuery<T> {
    /** Begins the search, on the owner's thread. */
    Search<T> begin();

    /** A search for the answer. */
    interface Search<T> {
        /** Returns the answer, never null; runs on another thread, may wait for the disk. */
        T find();

        /** Ends the search, on the owner's thread, after success or failure. */
        void end();
    }
}
