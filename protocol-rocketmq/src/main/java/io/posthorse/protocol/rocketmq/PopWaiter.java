package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Retry;
import io.posthorse.broker.Waiter;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.platform.Timers;
import java.util.ArrayList;
import java.util.List;

/** A request for messages that is held until there are some, its time is up, or its connection goes. */
final class PopWaiter {
    private final PopRequests requests;
    private final PopRequests.Pop pop;
    private final List<Place> places = new ArrayList<>();
    private Timers timers;
    private Timers.Timer timer;
    private long leftMs;
    private boolean done;

    /** Waits on one partition. */
    private final class Place implements Waiter {
        private final Partition partition;
        private boolean waits;

        Place(Partition partition) {
            this.partition = partition;
        }

        void await() {
            if (!waits) {
                waits = true;
                requests.broker().await(partition, this);
            }
        }

        @Override
        public void wake() {
            waits = false;
            attempt();
        }
    }

    PopWaiter(PopRequests requests, PopRequests.Pop pop) {
        this.requests = requests;
        this.pop = pop;
        pop.partitions().forEach(p -> places.add(new Place(p)));
    }

    void begin(Timers by, long waitMs) {
        timers = by;
        pop.retry().onRead(this::attempt);
        leftMs = waitMs;
        requests.waits(pop, 1);
        pop.session().pops.add(this);
        await();
    }

    private void await() {
        places.forEach(Place::await);
        if (pop.retry().isReading()) {
            timer = null; // it is tried again when they are there
            return;
        }
        long now = requests.broker().now();
        long end = pop.partitions().stream()
                .mapToLong(p -> requests.broker().leases().nextEnd(pop.group(), p, pop.ordered()))
                .min()
                .orElse(Long.MAX_VALUE);
        long next = pop.retry().isSoon() ? Retry.SOON_MS : end == Long.MAX_VALUE ? leftMs : end - now;
        long wait = Math.max(1, Math.min(leftMs, next));
        timer = timers.after(wait, () -> {
            leftMs -= wait;
            attempt();
        });
    }

    private void attempt() {
        if (done) {
            return;
        }
        cancelTimer();
        if (pop.partitions().getFirst().topic().isDeleted()) {
            answer(requests.late(pop));
            return;
        }
        Frame answer = requests.attempt(pop);
        if (answer != null) {
            answer(answer);
        } else if (leftMs <= 0 && !pop.retry().isReading()) {
            answer(requests.late(pop));
        } else {
            await();
        }
    }

    private void answer(Frame frame) {
        finish();
        pop.session().send(frame);
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel();
        }
    }

    /** Its time is up. */
    void expire() {
        if (!done) {
            cancelTimer();
            answer(requests.late(pop));
        }
    }

    /** The connection is gone. */
    void cancel() {
        if (!done) {
            cancelTimer();
            finish();
        }
    }

    private void finish() {
        done = true;
        requests.waits(pop, -1);
        pop.session().pops.remove(this);
        places.forEach(place -> place.partition.remove(place));
    }
}
