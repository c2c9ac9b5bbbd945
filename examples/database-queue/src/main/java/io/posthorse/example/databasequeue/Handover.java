package io.posthorse.example.databasequeue;

import java.util.function.LongConsumer;

/** A way to hand over orders to workers. Each order is processed once; if the processing fails, it is tried again. */
interface Handover extends AutoCloseable {

    /** Returns the name for the table of results. */
    String name();

    /**
     * Starts workers that call {@code work} for each order. If the call throws an exception, the order is delivered
     * again.
     */
    void start(int workers, LongConsumer work) throws Exception;

    /** Hands over one order and returns when it is stored safely. May be called from several threads. */
    void put(long order) throws Exception;

    @Override
    void close() throws Exception;
}
