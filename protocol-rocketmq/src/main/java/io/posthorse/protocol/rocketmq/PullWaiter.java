package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.broker.Waiter;
import io.posthorse.platform.Timers;

/** A pull request that is held until messages come, its time is up, or its connection goes. */
final class PullWaiter implements Waiter {
    final RemotingSession session;
    final int opaque;
    final boolean binary;
    final Subscription group;
    final Partition partition;
    final int count;
    final int bytes;
    final TagFilter filter;
    long offset;

    private final PullRequests pulls;
    private Timers.Timer timer;
    private boolean done;

    PullWaiter(
            PullRequests pulls, RemotingSession session, int opaque, boolean binary, Subscription group, Partition partition,
            long offset, int count, int bytes, TagFilter filter) {
        this.pulls = pulls;
        this.session = session;
        this.opaque = opaque;
        this.binary = binary;
        this.group = group;
        this.partition = partition;
        this.offset = offset;
        this.count = count;
        this.bytes = bytes;
        this.filter = filter;
    }

    void begin(Timers timers, long suspendMs) {
        session.waiters.add(this);
        timer = timers.after(suspendMs, this::expire);
        pulls.await(this);
    }

    @Override
    public void wake() {
        if (!done && pulls.retry(this, false)) {
            finish();
        } else if (!done) {
            pulls.await(this);
        }
    }

    /** Its time is up. */
    void expire() {
        if (!done) {
            partition.remove(this);
            pulls.retry(this, true);
            finish();
        }
    }

    /** The connection is gone. */
    void cancel() {
        if (!done) {
            partition.remove(this);
            finish();
        }
    }

    private void finish() {
        done = true;
        timer.cancel();
        session.waiters.remove(this);
    }
}
