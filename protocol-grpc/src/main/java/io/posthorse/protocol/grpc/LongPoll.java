package io.posthorse.protocol.grpc;

import io.posthorse.broker.Broker;
import io.posthorse.broker.LeaseWaiters;
import io.posthorse.broker.Partition;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.broker.Waiter;
import io.posthorse.platform.Timers;
import java.util.ArrayList;
import java.util.List;

/** A call that is held until it has an answer, its time is up, or its client is gone. */
final class LongPoll implements LeaseWaiters.Taker {
    /** Ms between attempts while the topic does not exist yet. */
    private static final long LOOK_MS = 200;

    private final Broker broker;
    private final Timers timers;
    private final Call call;
    private final Runnable over;
    private List<Partition> waitsFor = List.of();
    /** Place among the consumers that are lent messages; null where it waits otherwise. */
    private LeaseWaiters.Place line;
    private final List<Place> places = new ArrayList<>();
    private Timers.Timer timer;
    private long leftMs;
    private boolean done;

    /** The work of a call, which is attempted repeatedly. */
    interface Call {
        /** Answers if it can; must answer where {@code last} is true, unless old messages are being read for it. */
        boolean attempt(boolean last);

        /** Returns the retry that runs once old messages were read from the disk. */
        RetriedRequest retry();

        /** Returns the partitions that can have an answer; none where the topic does not exist yet. */
        List<Partition> partitions();

        /** Returns whether its client has read its answers: otherwise the call is attempted only when there is room. */
        boolean hasRoom();

        /** Joins the consumers that are lent messages of these partitions; returns null for calls that lend nothing. */
        LeaseWaiters.Place join(LeaseWaiters.Taker taker, List<Partition> partitions);
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

    /** @param over is run once when the call is no longer held */
    LongPoll(Broker broker, Timers timers, Call call, Runnable over) {
        this.broker = broker;
        this.timers = timers;
        this.call = call;
        this.over = over;
    }

    void begin(long waitMs) {
        leftMs = waitMs;
        call.retry().onRead(this::read);
        await();
    }

    private void await() {
        List<Partition> partitions = call.hasRoom() ? call.partitions() : List.of();
        if (!waitsFor.equals(partitions)) {
            leave();
            waitsFor = List.copyOf(partitions);
            line = call.join(this, waitsFor);
            if (line == null) {
                waitsFor.forEach(p -> places.add(new Place(p)));
            }
        }
        places.forEach(Place::await);
        if (call.retry().isReading()) {
            timer = null; // it is attempted again after the read
            return;
        }
        long next = partitions.isEmpty() ? LOOK_MS : line == null && call.retry().isSoon() ? RetriedRequest.SOON_MS
                : Long.MAX_VALUE;
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

    /** Attempts the call after a read from the disk. */
    private void read() {
        LeaseWaiters.Place mine = line;
        if (mine != null) {
            mine.again(); // earlier consumers come first
        }
        if (!done && !call.retry().isReading()) {
            again();
        }
    }

    @Override
    public boolean take() {
        if (!call.hasRoom() || !waitsFor.equals(call.partitions())) {
            cancelTimer();
            await();
            return true;
        }
        if (call.attempt(false)) {
            cancelTimer();
            end();
            return true;
        }
        return false;
    }

    @Override
    public RetriedRequest retry() {
        return call.retry();
    }

    /** Cancels the call: the client is gone. */
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
        places.clear();
        if (line != null) {
            line.leave();
            line = null;
        }
    }
}
