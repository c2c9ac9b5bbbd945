package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.LogView;
import io.posthorse.platform.Background;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Has the background bring old messages into memory before they are moved, so that the owner does not wait for the disk. */
final class Warming {
    private final Broker broker;
    private final Background background;
    private final Runnable done;
    /** Positions of the last batch of each partition that was read, whole or not. */
    private final Map<Partition, Set<Long>> warm = new HashMap<>();
    private boolean reading;

    /** @param done is told, on the owner's thread, when a batch was read */
    Warming(Broker broker, Background background, Runnable done) {
        this.broker = broker;
        this.background = background;
        this.done = done;
    }

    /** Whether the message at an offset can be moved now without waiting for the disk. */
    boolean isWarm(Partition from, long offset) {
        long position = Moves.position(from, offset);
        return position < 0 || !broker.isCold(position) || warm.getOrDefault(from, Set.of()).contains(position);
    }

    /** Has messages read that are moved next. */
    void begin(Partition from, long... offsets) {
        if (reading) {
            return;
        }
        reading = true;
        long[] positions = Arrays.stream(offsets).map(offset -> Moves.position(from, offset)).filter(p -> p >= 0).toArray();
        Log log = broker.log();
        long number = log.readBegins();
        LogView view = log.view();
        background.run(() -> Arrays.stream(positions).forEach(view::bytes), failure -> {
            log.readEnded(number);
            reading = false;
            Set<Long> read = new HashSet<>();
            Arrays.stream(positions).forEach(read::add);
            warm.put(from, read);
            done.run();
        });
    }
}
