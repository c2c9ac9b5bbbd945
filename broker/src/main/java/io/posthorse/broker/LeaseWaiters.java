package io.posthorse.broker;

import io.posthorse.platform.Timers;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * The requests that wait for messages of a group, in a line for each partition. An event wakes the first of a line, and the
 * next one only after that has been served: the cost of one message does not grow with the number of waiters. Used on the
 * owner's thread.
 */
public final class LeaseWaiters {
    private final Broker broker;
    private final Timers timers;
    private final Map<Key, Line> lines = new HashMap<>();

    public LeaseWaiters(Broker broker, Timers timers) {
        this.broker = broker;
        this.timers = timers;
    }

    /** A waiting request. */
    public interface Taker {
        /**
         * Takes available messages.
         *
         * @return false where there were none for it, and it keeps waiting; true where it was served or gave up, and has
         *     left its lines
         */
        boolean take();

        /** Returns whether it waits for the disk, or should be tried again soon. */
        RetriedRequest retry();
    }

    private record Key(Subscription group, Partition partition, boolean ordered) {}

    /** A taker's place in the lines of some partitions. */
    public static final class Place {
        private final Taker taker;
        private final List<Line> in;
        private boolean left;

        private Place(Taker taker, List<Line> in) {
            this.taker = taker;
            this.in = in;
        }

        /** Serves its lines, since something may have changed for their first takers. */
        public void again() {
            if (!left) {
                in.forEach(Line::serve);
            }
        }

        /** Leaves the lines. Where it was being served, the next taker is tried soon. */
        public void leave() {
            if (!left) {
                left = true;
                in.forEach(line -> line.leave(this));
            }
        }
    }

    /**
     * Adds a taker at the end of the lines, without trying it, since it was tried before.
     *
     * @param ordered whether it reads in order, as in {@link Leases}
     */
    public Place join(Taker taker, Subscription group, List<Partition> partitions, boolean ordered) {
        List<Line> in = partitions.stream()
                .map(p -> lines.computeIfAbsent(new Key(group, p, ordered), Line::new))
                .toList();
        Place place = new Place(taker, in);
        in.forEach(line -> line.join(place));
        return place;
    }

    /** Returns the number of lines. */
    int count() {
        return lines.size();
    }

    private final class Line implements Waiter {
        private final Key key;
        private final LinkedHashSet<Place> places = new LinkedHashSet<>();
        private boolean awaits;
        private boolean serving;
        private Timers.Timer timer;

        Line(Key key) {
            this.key = key;
        }

        void join(Place place) {
            boolean first = places.isEmpty();
            places.add(place);
            if (first && !serving) {
                waitOn();
            }
        }

        void leave(Place place) {
            boolean first = places.iterator().next() == place;
            places.remove(place);
            if (serving || !first) {
                return;
            }
            if (places.isEmpty()) {
                end();
            } else if (place.taker.retry().isReading() || place.taker.retry().isSoon()) {
                cancelTimer();
                timer = timers.after(1, this::serve);
            }
        }

        @Override
        public void wake() {
            awaits = false;
            serve();
        }

        private void serve() {
            if (serving || places.isEmpty()) {
                return;
            }
            serving = true;
            try {
                while (!places.isEmpty() && places.iterator().next().taker.take()) {
                    // the next one is the first now
                }
            } finally {
                serving = false;
                if (places.isEmpty()) {
                    end();
                } else {
                    waitOn();
                }
            }
        }

        private void waitOn() {
            if (!awaits) {
                awaits = true;
                broker.await(key.partition, this);
            }
            cancelTimer();
            RetriedRequest first = places.iterator().next().taker.retry();
            if (first.isReading()) {
                return; // the read serves it again when it ends
            }
            long end = broker.leases().nextEnd(key.group, key.partition, key.ordered);
            if (first.isSoon()) {
                timer = timers.after(RetriedRequest.SOON_MS, this::serve);
            } else if (end != Long.MAX_VALUE) {
                timer = timers.after(Math.max(1, end - broker.now()), this::serve);
            }
        }

        private void cancelTimer() {
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
        }

        private void end() {
            cancelTimer();
            if (awaits) {
                awaits = false;
                key.partition.remove(this);
            }
            lines.remove(key);
        }
    }
}
