package io.posthorse.broker;

import io.posthorse.platform.Background;
import java.util.Arrays;

/** Has the background bring old messages into memory before they are moved, so that the owner does not wait for the disk. */
final class Prefetch {
    private final Broker broker;
    private final Background background;
    private final Runnable done;
    private boolean reading;

    /** @param done is told, on the owner's thread, when a batch was read */
    Prefetch(Broker broker, Background background, Runnable done) {
        this.broker = broker;
        this.background = background;
        this.done = done;
    }

    /** Whether the message at an offset can be moved now without waiting for the disk. */
    boolean isWarm(Partition from, long offset) {
        return broker.atHand().has(MessageMoves.position(from, offset));
    }

    /** Has messages read that are moved next. */
    void begin(Partition from, long... offsets) {
        begin(Arrays.stream(offsets).map(offset -> MessageMoves.position(from, offset)).filter(p -> p >= 0).toArray());
    }

    /** Has the records at some positions read; nothing where others are being read. */
    void begin(long... positions) {
        if (reading) {
            return;
        }
        reading = true;
        Lookup bringing = broker.atHand().bringing(positions);
        bringing.begin();
        background.run(bringing::read, failure -> {
            reading = false;
            bringing.end();
            done.run();
        });
    }
}
