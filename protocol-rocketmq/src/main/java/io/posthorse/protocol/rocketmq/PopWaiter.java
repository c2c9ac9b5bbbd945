package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.LeaseWaiters;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.platform.Timers;

/** A request for messages that waits until there are some, its time is over, or its connection closes. */
final class PopWaiter implements LeaseWaiters.Taker {
    private final PopRequests requests;
    private final PopRequests.Pop pop;
    private LeaseWaiters.Place place;
    private Timers.Timer timer;
    private boolean late;
    private boolean done;

    PopWaiter(PopRequests requests, PopRequests.Pop pop) {
        this.requests = requests;
        this.pop = pop;
    }

    void begin(Timers timers, long waitMs) {
        pop.retry().onRead(this::read);
        requests.begins(pop);
        pop.session().pops.add(this);
        timer = timers.after(Math.max(1, waitMs), this::timeIsUp);
        join();
    }

    private void join() {
        place = requests.lines().join(this, pop.group(), pop.partitions(), pop.ordered());
    }

    /** Tries again once the messages that it needs have come from the disk. */
    private void read() {
        if (place != null) {
            place.again();
        }
        if (late && !done && !pop.retry().isReading()) {
            answer(requests.late(pop));
        }
    }

    private void timeIsUp() {
        late = true;
        if (!done && !pop.retry().isReading()) {
            expire();
        }
    }

    @Override
    public boolean take() {
        if (!pop.session().connection().isWritable()) {
            place.leave(); // others can take the messages
            place = null;
            pop.session().whenWritable(this::goOn);
            return true;
        }
        Frame answer = pop.partitions().getFirst().topic().isDeleted() ? requests.late(pop) : requests.attempt(pop);
        if (answer == null) {
            return false;
        }
        answer(answer);
        return true;
    }

    private void goOn() {
        if (!done) {
            join();
            place.again();
        }
    }

    @Override
    public RetriedRequest retry() {
        return pop.retry();
    }

    private void answer(Frame frame) {
        finish();
        pop.session().answer(pop.request(), frame);
    }

    /** Answers the request, whose time is over. */
    void expire() {
        if (!done) {
            answer(requests.late(pop));
        }
    }

    /** Ends the request, since its connection is closed. */
    void cancel() {
        if (!done) {
            finish();
        }
    }

    private void finish() {
        done = true;
        timer.cancel();
        requests.ends(pop);
        pop.session().pops.remove(this);
        if (place != null) {
            place.leave();
        }
    }
}
