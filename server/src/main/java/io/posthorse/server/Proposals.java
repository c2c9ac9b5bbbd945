package io.posthorse.server;

import io.posthorse.log.Batch;
import io.posthorse.platform.Background;
import io.posthorse.platform.DiskThread;
import io.posthorse.replication.ReplicatedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * Hands a leader's batches to the engine, on a thread of its own: the engine may block for milliseconds. While leadership is
 * handed over they are held back, for the engine refuses them, and gives leadership up where it had to refuse one.
 */
final class Proposals {
    private final DiskThread thread = new DiskThread("posthorse-proposals", Runnable::run);
    /** Complete once the engine is open. */
    private final CompletableFuture<ReplicatedLog> log;
    private final Consumer<Throwable> failed;
    private final List<Batch> held = new ArrayList<>();
    private boolean isHolding;
    private long end;

    /** @param failed gets a failure after which the node must halt */
    Proposals(CompletableFuture<ReplicatedLog> log, Consumer<Throwable> failed) {
        this.log = log;
        this.failed = failed;
    }

    void propose(Batch batch) {
        run(() -> {
            if (isHolding) {
                held.add(batch);
            } else {
                proposeNow(batch);
            }
        });
    }

    private void proposeNow(Batch batch) {
        end = batch.end();
        log.join().propose(batch);
    }

    /** Gives leadership up. */
    void stepDown() {
        run(() -> log.join().stepDown());
    }

    /** Holds batches back from now on; the result is the end of the newest one that was proposed. */
    CompletableFuture<Long> hold() {
        CompletableFuture<Long> proposed = new CompletableFuture<>();
        run(() -> {
            isHolding = true;
            proposed.complete(end);
        });
        return proposed;
    }

    /** Proposes what was held back; of a term that has ended the engine takes nothing. */
    void release() {
        run(() -> {
            isHolding = false;
            held.forEach(this::proposeNow);
            held.clear();
        });
    }

    private void run(Background.Job job) {
        thread.run(job, failure -> {
            if (failure != null) {
                failed.accept(failure);
            }
        });
    }

    /** Waits for what was asked for. */
    void close() {
        thread.close();
    }
}
