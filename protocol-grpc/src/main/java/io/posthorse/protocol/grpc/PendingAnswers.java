package io.posthorse.protocol.grpc;

import io.posthorse.broker.PendingReplies;
import io.posthorse.broker.Shard;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;

/** Answers on their way out: what acknowledges something leaves when the log has committed it. */
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

    /** Whether so many answers wait for the log that no further call should be begun. */
    boolean isFull() {
        return waiting.size() >= WAITING_MAX;
    }

    /**
     * Sends an answer, now or when the log allows it.
     *
     * @param before the broker's decisions when the call was begun
     * @param fail says instead that the log has failed
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
