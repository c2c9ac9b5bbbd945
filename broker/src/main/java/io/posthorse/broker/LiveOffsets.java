package io.posthorse.broker;

import java.util.List;

/** The offsets of one partition that somebody still waits for, whatever their age. */
interface LiveOffsets {
    /** Runs of several readers that are joined at a time; a shorter stretch costs one more look. */
    int RUNS_MAX = 16;

    /** What a look costs, in looks at what one reader has. */
    default int cost() {
        return 1;
    }

    /** The first one from an offset on; {@link Long#MAX_VALUE} where there is none. */
    long next(long from);

    /** The first offset behind one of them that is none. */
    long end(long live);

    /** Messages that wait in a lane for its delay. */
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

    /** Messages that wait for a time of their own. */
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

    /** Messages whose transaction is undecided. */
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

    /** Messages that one of several subscriptions has not settled. */
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
                for (int i = 0; end != before && i < RUNS_MAX; i++) { // what one has settled another may wait for
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
