package io.posthorse.replication;

import io.posthorse.log.Shipment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BiConsumer;

/** A master's log, as the links to its slaves need it. All calls and answers are on the owner's thread. */
public interface MasterLog {
    /** Returns the position below which records may be shipped. */
    long committed();

    /** Returns the first positions of all segments, in order. */
    long[] segmentBases();

    /** Returns the epochs of the log. */
    Epochs epochs();

    /**
     * Reads the records that follow a position, on another thread.
     *
     * @param done gets them, null where there are none yet, or the failure
     */
    void read(long position, int bytesMax, BiConsumer<Shipment, IOException> done);

    /** Answers a request of {@link CatchUp}, on another thread. */
    void answer(String from, ByteBuffer request, BiConsumer<ByteBuffer, IOException> done);
}
