package io.posthorse.broker;

import io.posthorse.platform.Clock;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The time of a broker. A machine's clock may be wrong for a while: set ahead by years, set back, or not set at all after a
 * start. So the broker follows a step of the clock only once it has lasted; until then its time advances with the monotonic
 * clock.
 *
 * <p>There are two readings. {@link #wallMs} follows the clock, for times that people and producers state: times of
 * delivery, expiry, time stamps. {@link #logMs} never goes back, not even over a restart, for durations between records:
 * ages, delays, leases.
 */
final class BrokerTime {
    /** Steps up to this many ms are followed at once: clocks are corrected all the time. */
    static final long STEP_MS = 60_000;

    /** Ms that a larger step must last before it is followed. */
    static final long HOLD_MS = 300_000;

    /** Ms between two runs that raise no doubt. */
    private static final long REST_MS = 86_400_000;

    private static final int STEPS_MAX = 16;

    private final Clock clock;
    private Consumer<String> notices = notice -> { };
    private long wallMs;
    private long logMs;
    private long nanos;
    /** Nanoseconds of monotonic time, less than a ms, that are not counted yet. */
    private long leftNanos;
    /** Distance in ms between the clock and the broker's time while it is too large; otherwise 0. */
    private long doubtMs;

    private long doubtNanos;
    private long doubtFromMs;
    /** Tenths of a ms by which the log's time was not advanced yet. */
    private long leftTenths;
    private final ArrayDeque<Step> steps = new ArrayDeque<>();

    /** @param lastMs time of the newest record of the log, ms since 1970; 0 where there is none */
    BrokerTime(Clock clock, long lastMs) {
        this.clock = clock;
        this.nanos = clock.nanos();
        long now = clock.wallMs();
        boolean isDoubtful = lastMs > 0 && now - lastMs > REST_MS;
        this.wallMs = isDoubtful ? lastMs : now; // where the log is ahead, nothing is early by the clock
        this.logMs = Math.max(lastMs, wallMs);
    }

    /** Sets the listener that reports steps of the clock to an operator. */
    void onNotice(Consumer<String> listener) {
        notices = listener;
    }

    /** Reads the clocks. */
    void read() {
        long now = clock.nanos();
        long passed = now - nanos + leftNanos;
        nanos = now;
        leftNanos = passed % 1_000_000;
        long passedMs = passed / 1_000_000;
        wallMs += passedMs;
        follow(clock.wallMs(), now);
        // the log's time is ahead of a clock that was set back: advances a little slower, until they meet
        if (logMs > wallMs + STEP_MS / 60) {
            leftTenths += passedMs * 9;
            logMs = Math.max(wallMs, logMs + leftTenths / 10);
            leftTenths %= 10;
        } else {
            logMs = Math.max(logMs, wallMs);
        }
    }

    /**
     * Returns the corrected time of a record, for durations since it. A record written while a later accepted step ahead
     * was in doubt has a time before the step; its time after the step is returned.
     */
    long correctedTime(long recordMs) {
        for (Step step : steps) {
            if (recordMs > step.fromMs && recordMs <= step.toMs) {
                return recordMs + step.byMs;
            }
        }
        return recordMs;
    }

    /** An accepted step ahead, and the times of the log while it was in doubt. */
    private record Step(long fromMs, long toMs, long byMs) {}

    private void follow(long clockMs, long now) {
        long apart = clockMs - wallMs;
        if (Math.abs(apart) <= STEP_MS) {
            if (doubtMs != 0) {
                notices.accept("The machine's clock is right again.");
            }
            doubtMs = 0;
            wallMs = clockMs;
        } else if (doubtMs == 0 || Math.abs(apart - doubtMs) > STEP_MS) {
            doubtMs = apart;
            doubtNanos = now;
            doubtFromMs = logMs;
            notices.accept("The machine's clock is " + Math.abs(apart) / 1_000 + " s " + (apart > 0 ? "ahead of" : "behind")
                    + " the broker's time. Nothing is deleted, delivered or expired by that clock"
                    + " until the difference has lasted " + HOLD_MS / 60_000 + " minutes. If the clock is wrong, correct"
                    + " it.");
        } else if (now - doubtNanos >= HOLD_MS * 1_000_000) {
            notices.accept("The step of the machine's clock has lasted " + HOLD_MS / 60_000
                    + " minutes, and the broker follows it now: "
                    + apart / 1_000 + " s.");
            long stepOfLog = clockMs - Math.max(logMs, wallMs); // less, where the log was ahead of a clock that was set back
            if (stepOfLog > 0) {
                steps.addFirst(new Step(doubtFromMs, Math.max(logMs, wallMs), stepOfLog));
                if (steps.size() > STEPS_MAX) {
                    steps.removeLast();
                }
            }
            doubtMs = 0;
            wallMs = clockMs;
        }
    }

    /** Returns the accepted time of the clock, ms since 1970. */
    long wallMs() {
        return wallMs;
    }

    /** Returns the time that never goes back, ms since 1970. */
    long logMs() {
        return logMs;
    }
}
