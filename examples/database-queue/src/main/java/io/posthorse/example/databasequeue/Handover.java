package io.posthorse.example.databasequeue;

import java.util.function.LongConsumer;

/** A way to hand orders over; each is worked on once, unless the work fails, and then again. */
interface Handover extends AutoCloseable {

    /** What it is called in the table of results. */
    String name();

    /** Starts workers that call this for each order; when it throws, the order comes again. */
    void start(int workers, LongConsumer work) throws Exception;

    /** Hands one order over and returns when it is safe. May be called from several threads. */
    void put(long order) throws Exception;

    @Override
    void close() throws Exception;
}
