package io.posthorse.broker;

/** What a command asks of the log that is searched for by another thread. Questions are equal where they ask the same. */
public interface LogQuery<T> {
    /** Begins the search, on the owner's thread. */
    Search<T> begin();

    /** One search for the answer. */
    interface Search<T> {
        /** The answer, never null; found by another thread, may wait for the disk. */
        T find();

        /** Ends the search, on the owner's thread, whether it succeeded or not. */
        void end();
    }
}
