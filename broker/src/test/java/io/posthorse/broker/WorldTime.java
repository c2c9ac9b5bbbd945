package io.posthorse.broker;

import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedClock;

/**
 * The time that passes in a world, and the clock of its machine, which in some lives is wrong for a while: ahead or
 * behind by minutes, days or ten years. What was promised for a time is measured by the time that has passed, and by how
 * far a broker may follow such a clock: at once by a minute, over a start by a day, and by all of it once it has stood for
 * five minutes.
 */
final class WorldTime implements PassedTime {
    private static final long START_MS = 1_700_000_000_000L;
    private static final long DAY_MS = 86_400_000;
    private static final long[] STEPS_MS = {120_000, 3_600_000, 3 * DAY_MS, 3_650 * DAY_MS};

    final SimulatedClock clock = new SimulatedClock(START_MS);
    private final SeededEntropy entropy;
    private final boolean jumps;
    private final int pace;
    /** How far small steps have taken the clock away from the time. */
    private long drift;
    /** How far it is wrong beside that, since when and how long. */
    private long wrongMs;

    private long wrongSince;
    private long wrongFor;
    private boolean followed;
    /** How far behind a broker may be that started while the clock was wrong: it catches up once that is right. */
    private long behind;

    /** How far from the time the broker is, or the last one was. */
    private long apart;

    private long rightSince = -BrokerTime.HOLD_MS;
    /** All steps ahead that a broker may have followed: so much more time may it have counted than has passed. */
    private long ahead;
    /** How far ahead of the time a broker's clock may ever have been. */
    private long farthest;

    private long turn;
    private long turnMs;
    private long turnAhead;

    /**
     * Before what something must not happen.
     *
     * @param ms time of the world
     * @param ahead what a broker had followed when it was promised
     * @param byClock whether it was promised in terms of the clock
     */
    record Due(long ms, long ahead, boolean byClock) {}

    WorldTime(SeededEntropy entropy) {
        this.entropy = entropy;
        this.jumps = entropy.percent(50);
        this.pace = entropy.percent(40) ? 10 : 1;
    }

    @Override
    public int pace() {
        return pace;
    }

    @Override
    public long now() {
        return START_MS + clock.nanos() / 1_000_000;
    }

    /** All steps ahead that a broker may have followed. */
    long ahead() {
        if (wrongMs != 0 && !followed && now() - wrongSince >= BrokerTime.HOLD_MS) {
            follow();
        }
        if (wrongMs == 0 && behind > 0 && now() - rightSince >= BrokerTime.HOLD_MS) {
            ahead += behind;
            behind = 0;
        }
        return ahead;
    }

    @Override
    public Due in(long ms) {
        return new Due(turnMs + ms, turnAhead, false);
    }

    @Override
    public Due at(long ms) {
        return new Due(ms, 0, true);
    }

    @Override
    public boolean isOver(Due due) {
        long more = ahead() - due.ahead;
        return now() + (due.byClock ? farthest : more) >= due.ms;
    }

    @Override
    public void turn(long number, long sinceMs, long brokerMs) {
        if (turn != number) {
            behind = turn == -1 ? Math.max(behind, apart - (brokerMs - sinceMs)) : behind;
            saw(brokerMs, sinceMs);
            turn = number;
            turnMs = sinceMs;
            turnAhead = ahead();
        }
    }

    /** A broker that is behind the time may catch up with it, and then counts more time than passes. */
    void saw(long brokerMs, long sinceMs) {
        long before = apart;
        apart = brokerMs - sinceMs;
        ahead += before < 0 ? Math.min(-before, Math.max(0, apart - before)) : 0;
    }

    /** The clock is set. */
    void trouble() {
        int choice = entropy.below(4);
        if (wrongMs != 0 && choice > 0) {
            setRight();
        } else if (!jumps || choice == 0 || wrongMs != 0) {
            small(entropy.below(20_000) - 10_000);
        } else {
            wrongMs = STEPS_MS[entropy.below(STEPS_MS.length)] * (entropy.percent(70) ? 1 : -1);
            wrongSince = now();
            wrongFor = entropy.percent(70) ? 60_000 : 400_000;
            ahead += behind; // by chance the wrong clock is the one that a broker waits for
            clock.jump(wrongMs);
        }
    }

    private void small(long ms) {
        clock.jump(ms);
        drift += ms;
        ahead += Math.max(0, ms) + (ms < 0 ? behind : 0); // back may be near enough to be believed at once
        if (wrongMs != 0 || now() - rightSince < BrokerTime.HOLD_MS) {
            behind += Math.max(0, ms); // while the clock is doubted, this comes with the rest
        }
        farthest = Math.max(farthest, drift + (followed ? wrongMs : 0));
    }

    /** Whoever is to look after the clock does so, after a while. */
    void tend() {
        ahead();
        if (wrongMs != 0 && now() - wrongSince >= wrongFor) {
            setRight();
        }
    }

    /** The clock is as it should be from here on, but for small steps. */
    void setRight() {
        ahead();
        clock.jump(-wrongMs);
        if (wrongMs < 0) { // a time that never goes back went a tenth slower since, and catches up
            behind += (now() - wrongSince) / 10 + 1_000;
        }
        ahead += behind;
        rightSince = now();
        wrongMs = 0;
        followed = false;
        farthest = Math.max(farthest, drift);
    }

    private void follow() {
        followed = true;
        ahead += Math.max(0, wrongMs);
        farthest = Math.max(farthest, drift + wrongMs);
    }

    /** Nothing runs for a while. */
    void rest() {
        if (jumps && entropy.percent(30)) {
            clock.advance(entropy.below(60_000));
        }
    }

    /**
     * A broker starts: a step of up to a day is no wonder to it, and none back is. With a larger one it goes on where the
     * log ended, and takes up the time between once it believes the clock.
     */
    void started(long lastRecordMs) {
        turn = -1;
        boolean isBelieved = lastRecordMs == 0 || wrongMs <= DAY_MS; // an empty log says nothing of the time
        if (wrongMs != 0 && isBelieved && !followed) {
            follow();
        }
        if (wrongMs > DAY_MS || wrongMs < 0) {
            behind = Math.max(behind, now() + drift - lastRecordMs);
        } else {
            ahead += behind;
        }
    }
}
