package io.posthorse.protocol.openwire;

import io.posthorse.platform.Timers;
import java.util.ArrayDeque;

/** The pending requests of a consumer, each for one message. */
final class ConsumerPulls {
    private static final int OPEN_MAX = 1_000;

    private final Timers timers;
    private final Runnable ended;
    private final ArrayDeque<Pull> open = new ArrayDeque<>();

    private static final class Pull {
        private Timers.Timer timer;
    }

    /** @param ended is run when a request has timed out */
    ConsumerPulls(Timers timers, Runnable ended) {
        this.timers = timers;
        this.ended = ended;
    }

    /** Returns the number of pending requests. */
    int open() {
        return open.size();
    }

    /** @param timeoutMs time to wait in ms; 0 without limit, less than 0 not at all */
    void begin(long timeoutMs) {
        if (open.size() >= OPEN_MAX) {
            return;
        }
        Pull pull = new Pull();
        open.add(pull);
        if (timeoutMs > 0) {
            pull.timer = timers.after(timeoutMs, () -> end(pull));
        }
    }

    /** Ends the newest request where it must not wait. */
    void endAtOnce(long timeoutMs) {
        if (timeoutMs < 0 && !open.isEmpty()) {
            end(open.getLast());
        }
    }

    private void end(Pull pull) {
        if (open.remove(pull)) {
            ended.run();
        }
    }

    /** Removes the oldest request: it got its message. */
    void answered() {
        Pull pull = open.poll();
        if (pull != null && pull.timer != null) {
            pull.timer.cancel();
        }
    }

    void close() {
        while (!open.isEmpty()) {
            answered();
        }
    }
}
