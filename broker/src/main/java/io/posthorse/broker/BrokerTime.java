package io.posthorse.broker;

import io.posthorse.platform.Clock;
import java.util.ArrayDeque;
import java.util.function.Consumer;

/**
 * The time that a broker goes by. A machine's clock may be wrong for a while: set ahead by years, set back, or not set at
 * all after a start. So a step of the clock is believed once it has lasted; until then time goes on as the monotonic clock
 * says.
 *
 * <p>There are two readings. {@link #wallMs} is that of the clock, for what people and producers say in its terms: times of
 * delivery, expiry, time stamps. {@link #logMs} never goes back, not even over a restart, for what is measured from one
 * record to another: ages, delays, leases.
 */
final class BrokerTime {
    /** Steps up to this are believed at once: clocks are corrected all the time. */
    static final long STEP_MS = 60_000;

    /** So long a larger step must last before it is believed. */
    static final long HOLD_MS = 300_000;

    /** A broker may have been at rest for so long without anybody wondering. */
    private static final long REST_MS = 86_400_000;

    private static final int STEPS_MAX = 16;

    private final Clock clock;
    private Consumer<String> told = notice -> { };
    private long wallMs;
    private long logMs;
    private long nanos;
    /** Parts of a ms of monotonic time that were not counted yet. */
    private long leftNanos;
    /** How far the clock is from what is believed, while that is too far; 0 while it is not. */
    private long doubtMs;

    private long doubtNanos;
    private long doubtFromMs;
    /** Tenths of a ms that the log's time was not advanced by yet. */
    private long leftTenths;
    private final ArrayDeque<Step> steps = new ArrayDeque<>();

    /** @param lastMs time of the newest record of the log, ms since 1970; 0 where there is none */
    BrokerTime(Clock clock, long lastMs) {
        this.clock = clock;
        this.nanos = clock.nanos();
        long now = clock.wallMs();
        boolean isDoubtful = lastMs > 0 && now - lastMs > REST_MS;
        this.wallMs = isDoubtful ? lastMs : now; // where the log is ahead, nothing is early that goes by the clock
        this.logMs = Math.max(lastMs, wallMs);
    }

    /** Has steps of the clock told, for an operator. */
    void onNotice(Consumer<String> listener) {
        told = listener;
    }

    /** Looks at the clocks. */
    void read() {
        long now = clock.nanos();
        long passed = now - nanos + leftNanos;
        nanos = now;
        leftNanos = passed % 1_000_000;
        long passedMs = passed / 1_000_000;
        wallMs += passedMs;
        follow(clock.wallMs(), now);
        // ahead of the clock, after that was set back: a little slower than time, until they meet
        if (logMs > wallMs + STEP_MS / 60) {
            leftTenths += passedMs * 9;
            logMs = Math.max(wallMs, logMs + leftTenths / 10);
            leftTenths %= 10;
        } else {
            logMs = Math.max(logMs, wallMs);
        }
    }

    /**
     * The time of a record as it counts for what is measured from it: what was written while a step ahead was doubted that
     * is followed since, and so bears a time before the step, was written behind it.
     */
    long lived(long recordMs) {
        for (Step step : steps) {
            if (recordMs > step.fromMs && recordMs <= step.toMs) {
                return recordMs + step.byMs;
            }
        }
        return recordMs;
    }

    /** A step ahead that was followed, and the times of the log while it was doubted. */
    private record Step(long fromMs, long toMs, long byMs) {}

    private void follow(long clockMs, long now) {
        long apart = clockMs - wallMs;
        if (Math.abs(apart) <= STEP_MS) {
            if (doubtMs != 0) {
                told.accept("The machine's clock is right again.");
            }
            doubtMs = 0;
            wallMs = clockMs;
        } else if (doubtMs == 0 || Math.abs(apart - doubtMs) > STEP_MS) {
            doubtMs = apart;
            doubtNanos = now;
            doubtFromMs = logMs;
            told.accept("The machine's clock is " + Math.abs(apart) / 1_000 + " s " + (apart > 0 ? "ahead of" : "behind")
                    + " the time that the broker has lived through. Nothing is deleted, delivered or expired by that clock"
                    + " before it has stood for " + HOLD_MS / 60_000 + " minutes. If it is wrong, set it right.");
        } else if (now - doubtNanos >= HOLD_MS * 1_000_000) {
            told.accept("The machine's clock has stood for " + HOLD_MS / 60_000 + " minutes, and is followed now: a step of "
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

    /** Time of the clock as far as it is believed, ms since 1970. */
    long wallMs() {
        return wallMs;
    }

    /** Time that never goes back, ms since 1970. */
    long logMs() {
        return logMs;
    }
}
