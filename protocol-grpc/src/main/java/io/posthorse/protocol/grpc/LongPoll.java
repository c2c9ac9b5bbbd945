package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Retry;
import io.posthorse.broker.Waiter;
import io.posthorse.platform.Timers;
import java.util.ArrayList;
import java.util.List;

/** A call that is held until it has its answer, its time is up, or its client goes. */
final class LongPoll {
    /** How often a topic is looked for that does not exist yet. */
    private static final long LOOK_MS = 200;

    private final Broker broker;
    private final Timers timers;
    private final Call call;
    private final Runnable over;
    private List<Place> places = List.of();
    private Timers.Timer timer;
    private long leftMs;
    private boolean done;

    /** What is tried again and again. */
    interface Call {
        /** Answers if it can; must answer where {@code last}, unless old messages are being read for it. */
        boolean attempt(boolean last);

        /** Tries it again once old messages have come from the disk. */
        Retry retry();

        /** The partitions that can have an answer; none where the topic does not exist yet. */
        List<Partition> partitions();

        /** When there may be an answer though no message comes, ms since 1970. */
        long nextMs();
    }

    private final class Place implements Waiter {
        private final Partition partition;
        private boolean waits;

        Place(Partition partition) {
            this.partition = partition;
        }

        void await() {
            if (!waits) {
                waits = true;
                broker.await(partition, this);
            }
        }

        @Override
        public void wake() {
            waits = false;
            again();
        }
    }

    /** @param over told once when the call is held no longer */
    LongPoll(Broker broker, Timers timers, Call call, Runnable over) {
        this.broker = broker;
        this.timers = timers;
        this.call = call;
        this.over = over;
    }

    void begin(long waitMs) {
        leftMs = waitMs;
        call.retry().onRead(this::again);
        await();
    }

    private void await() {
        List<Partition> partitions = call.partitions();
        boolean same = places.size() == partitions.size();
        for (int i = 0; same && i < places.size(); i++) {
            same = places.get(i).partition == partitions.get(i);
        }
        if (!same) {
            leave();
            places = new ArrayList<>();
            partitions.forEach(p -> places.add(new Place(p)));
        }
        places.forEach(Place::await);
        if (call.retry().isReading()) {
            timer = null; // it is tried again when they are there
            return;
        }
        long next = partitions.isEmpty() ? LOOK_MS : call.nextMs() - broker.now();
        long wait = Math.max(1, Math.min(leftMs, next));
        timer = timers.after(wait, () -> {
            leftMs -= wait;
            again();
        });
    }

    private void again() {
        if (done) {
            return;
        }
        cancelTimer();
        if (call.attempt(leftMs <= 0)) {
            end();
        } else {
            await();
        }
    }

    /** The client is gone. */
    void cancel() {
        if (!done) {
            cancelTimer();
            end();
        }
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
        }
    }

    private void end() {
        done = true;
        leave();
        over.run();
    }

    private void leave() {
        places.forEach(place -> place.partition.remove(place));
    }
}
