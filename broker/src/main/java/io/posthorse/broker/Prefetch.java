package io.posthorse.broker;

import io.posthorse.platform.Background;
import java.util.Arrays;

/**
 * The prefetch of old messages: the background reads them into memory before they are moved, so that the owner does not
 * wait for the disk.
 */
final class Prefetch {
    private final Broker broker;
    private final Background background;
    private final Runnable done;
    private boolean reading;

    /** @param done called on the owner's thread when a batch was read */
    Prefetch(Broker broker, Background background, Runnable done) {
        this.broker = broker;
        this.background = background;
        this.done = done;
    }

    /** Returns whether the message at an offset can be moved now without waiting for the disk. */
    boolean isReady(Partition from, long offset) {
        return broker.resident().has(MessageMoves.position(from, offset));
    }

    /** Begins to read messages that are moved next. */
    void begin(Partition from, long... offsets) {
        begin(Arrays.stream(offsets).map(offset -> MessageMoves.position(from, offset)).filter(p -> p >= 0).toArray());
    }

    /** Begins to read the records at some positions, unless a read is running. */
    void begin(long... positions) {
        if (reading) {
            return;
        }
        reading = true;
        Lookup bringing = broker.resident().bringing(positions);
        bringing.begin();
        background.run(bringing::read, failure -> {
            reading = false;
            bringing.end();
            done.run();
        });
    }
}
