package io.posthorse.broker;

import java.util.List;

/** The offsets of one partition that somebody still waits for, whatever their age. */
interface LiveOffsets {
    /** Maximum runs of several readers joined at a time; a shorter stretch costs one more step. */
    int RUNS_MAX = 16;

    /** Returns the cost of a step, in units of one reader. */
    default int cost() {
        return 1;
    }

    /** Returns the first live offset from the given one; {@link Long#MAX_VALUE} where there is none. */
    long next(long from);

    /** Returns the first offset behind a live one that is not live. */
    long end(long live);

    /** Returns the messages that wait in a lane for its delay. */
    static LiveOffsets ofLane(DelayLanes schedule, int lane) {
        return new LiveOffsets() {
            @Override
            public long next(long from) {
                return Math.max(from, schedule.done(lane));
            }

            @Override
            public long end(long live) {
                return Long.MAX_VALUE;
            }
        };
    }

    /** Returns the messages that wait for a time of their own. */
    static LiveOffsets ofTimed(TimedMessages timed) {
        return new LiveOffsets() {
            @Override
            public long next(long from) {
                return timed.nextWaiting(from);
            }

            @Override
            public long end(long live) {
                return timed.nextGone(live);
            }
        };
    }

    /** Returns the messages whose transaction is undecided. */
    static LiveOffsets ofPrepared(PreparedMessages prepared) {
        return new LiveOffsets() {
            @Override
            public long next(long from) {
                return prepared.nextUndecided(from);
            }

            @Override
            public long end(long live) {
                return live + 1;
            }
        };
    }

    /** Returns the messages that one of several subscriptions has not settled. */
    static LiveOffsets ofReaders(Settlements settlements, Partition partition, List<Subscription> readers) {
        return new LiveOffsets() {
            @Override
            public int cost() {
                return 1 + readers.size() / 4;
            }

            @Override
            public long next(long from) {
                long next = Long.MAX_VALUE;
                for (Subscription reader : readers) {
                    next = Math.min(next, settlements.nextUnsettled(reader, partition, from));
                }
                return next;
            }

            @Override
            public long end(long live) {
                long end = live;
                long before = -1;
                for (int i = 0; end != before && i < RUNS_MAX; i++) { // one may wait for messages that another has settled
                    before = end;
                    for (Subscription reader : readers) {
                        if (settlements.nextUnsettled(reader, partition, end) == end) {
                            end = settlements.nextSettled(reader, partition, end);
                        }
                    }
                    if (end == Long.MAX_VALUE) {
                        return end;
                    }
                }
                return end;
            }
        };
    }
}
