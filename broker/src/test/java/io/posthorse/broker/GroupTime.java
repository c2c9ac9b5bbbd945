package io.posthorse.broker;

import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedClock;
import java.util.ArrayList;
import java.util.List;

/**
 * The time that passes in a simulated group, and the clocks of its nodes. In some lives they differ, by seconds up to a
 * day and by ten years, and are set forward and back, whoever leads.
 *
 * <p>What the model demands. A leader's wall clock time ({@link BrokerTime#wallMs}) may be ahead of the time that has passed
 * by as much as its node's clock is, where
 *
 * <ul>
 *   <li>its term begins with that clock, and the clock is no more than a day ahead of the last record,
 *   <li>or that is no more than a minute further ahead than what it has followed since,
 *   <li>or the clock has been so for five minutes of its term;
 * </ul>
 *
 * with a clock more than a day ahead its term begins at the time of the last record. Its log's time may be ahead as far as
 * the wall clock time was in this term, or as the last record of the terms before was. Nothing that was promised for a
 * moment of the one or the other happens before that: no delayed message, no question about a transaction, no end of a
 * lease, no drop by age. Once clocks are right, everything happens that is due. Times in the log never go back.
 */
final class GroupTime implements PassedTime {
    private static final long START_MS = 1_700_000_000_000L;
    private static final long DAY_MS = 86_400_000;
    private static final long[] STEPS_MS = {120_000, 3_600_000, 20 * 3_600_000, 3 * DAY_MS, 3_650 * DAY_MS};

    private final SeededEntropy entropy;
    private final int pace;
    private final boolean differ;
    private final List<NodeClock> clocks = new ArrayList<>();
    /** The clock of the node that leads, or led last. */
    private NodeClock leading;
    private long ledSince;
    /** How far ahead of the time a leader's wall clock time may be, and that of the log. */
    private long wallAhead;

    private long logAhead;
    /** The same for the present leader alone, until everything was seen that others have done. */
    private long ownWallAhead;

    private long ownLogAhead;
    private boolean isSeen;
    private long turnMs;

    /** A node's clock. */
    private static final class NodeClock {
        final SimulatedClock clock = new SimulatedClock(START_MS);
        /** How far ahead it is, in ms. */
        long ahead;
        /** Since when, but for small steps. */
        long since;
    }

    GroupTime(SeededEntropy entropy, int nodes) {
        this.entropy = entropy;
        this.pace = entropy.percent(40) ? 10 : 1;
        this.differ = entropy.percent(60);
        for (int i = 0; i < nodes; i++) {
            clocks.add(new NodeClock());
            if (differ) {
                set(clocks.get(i), distance());
            }
        }
    }

    private long distance() {
        return entropy.percent(50) ? entropy.below(20_000) - 10_000
                : STEPS_MS[entropy.below(STEPS_MS.length)] * (entropy.percent(60) ? 1 : -1);
    }

    /** The clock of a node. */
    SimulatedClock clock(int node) {
        return clocks.get(node).clock;
    }

    @Override
    public int pace() {
        return pace;
    }

    @Override
    public long now() {
        return START_MS + clocks.stream().mapToLong(one -> one.clock.nanos()).max().orElseThrow() / 1_000_000;
    }

    /** Time passes while nobody is served. */
    void advance(long ms) {
        clocks.getFirst().clock.advance(ms);
        follow();
    }

    /** The clocks of all nodes get on as far as the one that got on furthest. */
    void follow() {
        long now = now();
        clocks.forEach(one -> one.clock.advance(now - START_MS - one.clock.nanos() / 1_000_000));
    }

    /** A clock may be set, rightly or not. */
    void step() {
        if (differ && entropy.percent(2)) {
            NodeClock one = leading != null && entropy.percent(40) ? leading : clocks.get(entropy.below(clocks.size()));
            long near = one.ahead + entropy.below(20_000) - 10_000;
            set(one, entropy.percent(30) ? 0 : entropy.percent(30) ? near : distance());
        }
    }

    /** How long a step lasts: now and then so long that wrong clocks may be followed. */
    long step(long ms) {
        return differ && entropy.percent(3) ? 60_000 + entropy.below(300_000) : ms;
    }

    private void set(NodeClock one, long ahead) {
        look();
        if (Math.abs(ahead - one.ahead) > 20_000) {
            one.since = now();
        }
        one.clock.jump(ahead - one.ahead);
        one.ahead = ahead;
        look();
    }

    /** All clocks are right. */
    void setRight() {
        clocks.forEach(one -> set(one, 0));
    }

    // ---- what a leader may follow

    /** A node begins to serve, with everything that was agreed on up to a last record. */
    void leads(int node, long lastRecordMs) {
        look();
        leading = clocks.get(node);
        ledSince = now();
        boolean isBelieved = lastRecordMs == 0 || leading.clock.wallMs() - lastRecordMs <= DAY_MS;
        ownWallAhead = isBelieved ? leading.ahead : lastRecordMs - now();
        ownLogAhead = lastRecordMs == 0 ? ownWallAhead : Math.max(ownWallAhead, lastRecordMs - now());
        wallAhead = Math.max(wallAhead, ownWallAhead);
        logAhead = Math.max(logAhead, ownLogAhead);
        isSeen = false;
    }

    /** Everything was looked at that is visible: what comes from here on is done by the present leader. */
    void seen() {
        look();
        if (!isSeen) {
            isSeen = true;
            wallAhead = ownWallAhead;
            logAhead = ownLogAhead;
        }
    }

    private void look() {
        if (leading == null) {
            return;
        }
        boolean isFollowed = leading.ahead <= ownWallAhead + BrokerTime.STEP_MS
                || now() - Math.max(leading.since, ledSince) >= BrokerTime.HOLD_MS;
        if (isFollowed) {
            ownWallAhead = Math.max(ownWallAhead, leading.ahead);
            ownLogAhead = Math.max(ownLogAhead, ownWallAhead);
            wallAhead = Math.max(wallAhead, ownWallAhead);
            logAhead = Math.max(logAhead, ownLogAhead);
        }
    }

    @Override
    public void turn(long number, long sinceMs, long brokerMs) {
        turnMs = brokerMs;
        look();
        Model.require(brokerMs <= now() + logAhead, "a leader's time is no further ahead than it may be: by "
                + (brokerMs - now()) + " ms, not " + logAhead);
    }

    @Override
    public WorldTime.Due in(long ms) {
        return new WorldTime.Due(turnMs + ms, 0, false);
    }

    @Override
    public WorldTime.Due at(long ms) {
        return new WorldTime.Due(ms, 0, true);
    }

    @Override
    public boolean isOver(WorldTime.Due due) {
        look();
        return now() + (due.byClock() ? wallAhead : logAhead) >= due.ms();
    }
}
