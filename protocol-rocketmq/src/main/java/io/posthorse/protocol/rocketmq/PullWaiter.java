package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.broker.Waiter;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.Timers;

/** A pull request that waits until messages come, its time is over, or its connection closes. */
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
    private QuotaHolder holder;
    private boolean late;
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

    /**
     * Begins to wait.
     *
     * @param by the user and address whose quota the request is counted in
     */
    void begin(Timers timers, long suspendMs, QuotaHolder by) {
        holder = by;
        session.waiters.add(this);
        timer = timers.after(suspendMs, this::expire);
        pulls.await(this);
    }

    @Override
    public void wake() {
        if (done) {
            return;
        }
        if (!session.connection().isWritable()) {
            session.whenWritable(this::wake);
        } else if (pulls.retry(this, late)) {
            finish();
        } else {
            pulls.await(this);
        }
    }

    private void expire() {
        if (!done) {
            late = true;
            partition.remove(this);
            wake();
        }
    }

    /**
     * Answers that there are no messages, whatever there may be: the client pulls again, and its permission is checked then.
     */
    void dismiss() {
        if (!done) {
            partition.remove(this);
            pulls.dismiss(this);
            finish();
        }
    }

    /** Ends the request, since its connection is closed. */
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
        pulls.waits().give(holder);
    }
}
