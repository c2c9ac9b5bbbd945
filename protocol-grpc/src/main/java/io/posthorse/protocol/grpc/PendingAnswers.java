package io.posthorse.protocol.grpc;

import io.posthorse.broker.PendingReplies;
import io.posthorse.broker.Shard;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** The answers on their way out: an acknowledging one leaves when the log has committed its records. */
final class PendingAnswers implements PendingReplies {
    private static final int WAITING_MAX = 100_000;

    private final Shard shard;
    private final Executor transport;
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private boolean parked;

    /** An answer that waits until everything below a position is committed. */
    private record Waiting(long end, Runnable send, Runnable fail) {}

    /** @param transport runs tasks on the thread that writes to the connections, in their order */
    PendingAnswers(Shard shard, Executor transport) {
        this.shard = shard;
        this.transport = transport;
    }

    /** Returns whether so many answers wait for the log that no further call should begin. */
    boolean isFull() {
        return waiting.size() >= WAITING_MAX;
    }

    /**
     * Sends an answer, at once or after the commit.
     *
     * @param before the broker's decisions when the call began
     * @param fail runs instead where the log has failed
     */
    void send(long before, Runnable send, Runnable fail) {
        if (shard.broker().decisions() == before) {
            transport.execute(send);
            return;
        }
        waiting.add(new Waiting(shard.broker().tail(), send, fail));
        if (!parked) {
            parked = true;
            shard.park(this);
        }
    }

    @Override
    public boolean committed(long position) {
        List<Runnable> ready = new ArrayList<>();
        while (!waiting.isEmpty() && waiting.peekFirst().end <= position) {
            ready.add(waiting.removeFirst().send);
        }
        if (!ready.isEmpty()) {
            transport.execute(() -> ready.forEach(Runnable::run));
        }
        parked = !waiting.isEmpty();
        return parked;
    }

    @Override
    public void failed(IOException cause) {
        List<Waiting> lost = List.copyOf(waiting);
        waiting.clear();
        parked = false;
        transport.execute(() -> lost.forEach(w -> w.fail.run()));
    }
}
