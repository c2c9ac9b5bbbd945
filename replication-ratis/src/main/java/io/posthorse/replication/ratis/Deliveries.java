package io.posthorse.replication.ratis;

import io.posthorse.log.Batch;
import io.posthorse.log.MalformedBatchException;
import io.posthorse.replication.EntryPlace;
import io.posthorse.replication.ReplicatedLog.Replica;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * The one thread that calls the replica, in the order of the log. It is not the engine's own, for the engine reports
 * catch-ups on another thread than entries, within its lock, and its thread must not be interrupted when the group is closed
 * while the replica blocks. At most {@link #EVENTS_MAX} events wait; then the engine does.
 */
final class Deliveries implements AutoCloseable {
    private static final int EVENTS_MAX = 64;

    private final Replica replica;
    private final Leadership leadership;
    private final Consumer<Throwable> failed;
    private final BlockingQueue<Event> events = new ArrayBlockingQueue<>(EVENTS_MAX);
    private final Thread thread;
    private volatile boolean isClosed;
    /** Up to here the replica has everything: from its checkpoint, from a catch-up, or delivered. */
    private EntryPlace known;

    /** Something to tell the replica; {@code done} is completed afterwards, or when this is closed. */
    private record Event(Step step, CompletableFuture<?> done) {}

    private interface Step {
        void run() throws InterruptedException, MalformedBatchException;
    }

    /** @param failed is told once, when the replica has thrown or got what is no batch; nothing is delivered afterwards */
    Deliveries(String name, Replica replica, EntryPlace restored, Leadership leadership, Consumer<Throwable> failed) {
        this.replica = replica;
        this.known = restored;
        this.leadership = leadership;
        this.failed = failed;
        this.thread = Thread.ofPlatform().name(name).daemon(true).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /** Delivers an entry, and completes {@code done} when the replica has taken it. */
    void entry(EntryPlace place, ByteBuffer bytes, CompletableFuture<?> done) {
        put(new Event(() -> {
            if (isNew(place)) {
                replica.committed(place, Batch.read(bytes));
                known = place;
            }
        }, done));
    }

    /** Delivers the place of an entry of the engine's own. */
    void passed(EntryPlace place) {
        put(new Event(() -> {
            if (isNew(place)) {
                replica.passed(place);
                known = place;
            }
        }, new CompletableFuture<>()));
    }

    /** Delivers that this node leads, behind all entries until now. */
    void leading(long term, BooleanSupplier leads) {
        put(new Event(() -> leadership.announce(term, leads), new CompletableFuture<>()));
    }

    /**
     * Has the replica catch up, and delivers nothing until it has.
     *
     * @param result gets its place; it may be completed before, by somebody who needs it no longer
     */
    void catchUp(EntryPlace first, CompletableFuture<EntryPlace> result) {
        put(new Event(() -> {
            if (known.index() < first.index()) {
                fetch(first, result);
            }
            result.complete(known);
        }, result));
    }

    private void fetch(EntryPlace first, CompletableFuture<EntryPlace> result) throws InterruptedException {
        EntryPlace fetched = null;
        Throwable cause = null;
        try {
            fetched = replica.catchUp(first).get();
        } catch (ExecutionException e) {
            cause = e.getCause();
        }
        if (fetched != null && fetched.index() > known.index()) {
            known = fetched;
        }
        if (fetched == null || fetched.index() < first.index()) {
            result.completeExceptionally(new IllegalStateException("The fetched checkpoint ends at " + fetched
                    + ", before the first entry that can be delivered, " + first + ". It is fetched again", cause));
        }
    }

    private boolean isNew(EntryPlace place) {
        return place.index() > known.index();
    }

    private void put(Event event) {
        boolean isWaiting = true;
        try {
            while (isWaiting && !isClosed) {
                isWaiting = !events.offer(event, 100, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the engine ends
        }
        if (isWaiting) {
            event.done().complete(null);
        } else if (isClosed) {
            drop(); // it came behind what closing has dropped
        }
    }

    private void run() {
        try {
            while (!isClosed) {
                take(events.take());
            }
        } catch (InterruptedException e) {
            // closed
        } catch (MalformedBatchException | RuntimeException | Error e) {
            if (!isClosed) {
                failed.accept(e);
            }
        }
        isClosed = true;
        drop();
    }

    private static void take(Event event) throws InterruptedException, MalformedBatchException {
        try {
            event.step().run();
        } finally {
            event.done().complete(null); // the engine waits for it, also where it has failed
        }
    }

    /** The engine waits for what it has delivered, also when it is closed. */
    private void drop() {
        for (Event event = events.poll(); event != null; event = events.poll()) {
            event.done().complete(null);
        }
    }

    /** Delivers nothing more; interrupts the replica where it blocks. May be called by the replica itself. */
    @Override
    public void close() {
        isClosed = true;
        thread.interrupt();
        drop();
    }
}
