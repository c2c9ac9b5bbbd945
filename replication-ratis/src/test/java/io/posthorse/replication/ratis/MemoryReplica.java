package io.posthorse.replication.ratis;

import io.posthorse.log.Batch;
import io.posthorse.replication.EntryPlace;
import io.posthorse.replication.ReplicatedLog.Replica;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A list of committed batches, with checkpoints at will; it outlives the node's process, as a disk does. */
class MemoryReplica implements Replica {
    record Entry(EntryPlace place, long number) {}

    private final List<Entry> entries = new ArrayList<>();
    private EntryPlace last = EntryPlace.NONE;
    private EntryPlace newest = EntryPlace.NONE;
    private EntryPlace older = EntryPlace.NONE;
    /** What was told, such as "leading 3" and "fell 3". */
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<Throwable> failures = new CopyOnWriteArrayList<>();
    final List<EntryPlace> caughtUp = new CopyOnWriteArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();
    volatile boolean wasCalledTwiceAtOnce;
    volatile Function<EntryPlace, CompletableFuture<EntryPlace>> catchUp =
            first -> CompletableFuture.failedFuture(new IllegalStateException("nobody to fetch from"));
    volatile Runnable onCommitted = () -> {};
    /** Gets a permit with each batch. */
    final Semaphore room = new Semaphore(0);
    volatile String leader;
    volatile long term = -1;

    // ---- what a test does

    /** Does what a start of the process does: goes back to the newest checkpoint. */
    synchronized void restart() {
        entries.removeIf(entry -> entry.place().index() > newest.index());
        last = newest;
        term = -1;
    }

    /** Makes a checkpoint of what is there. */
    synchronized void checkpoint() {
        older = newest;
        newest = last;
    }

    /** Becomes a copy of another replica's checkpoint. */
    synchronized EntryPlace copy(MemoryReplica source) {
        synchronized (source) {
            entries.clear();
            source.entries.stream().filter(entry -> entry.place().index() <= source.newest.index()).forEach(entries::add);
            last = newest = source.newest;
            return newest;
        }
    }

    /** Has everything up to a place, whatever that is. */
    synchronized void pretend(EntryPlace place, MemoryReplica source) {
        synchronized (source) {
            entries.clear();
            source.entries.stream().filter(entry -> entry.place().index() <= place.index()).forEach(entries::add);
        }
        last = newest = place;
    }

    synchronized List<Long> numbers() {
        return entries.stream().map(Entry::number).toList();
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }

    synchronized EntryPlace last() {
        return last;
    }

    synchronized int size() {
        return entries.size();
    }

    // ---- what it is told

    @Override
    public synchronized EntryPlace restored() {
        return newest;
    }

    @Override
    public synchronized EntryPlace dispensable() {
        return older;
    }

    @Override
    public void committed(EntryPlace place, Batch batch) {
        exclusively(() -> {
            onCommitted.run();
            synchronized (this) {
                take(place);
                if (batch.term() == place.term()) {
                    entries.add(new Entry(place, batch.position()));
                }
            }
            room.release();
        });
    }

    @Override
    public void passed(EntryPlace place) {
        exclusively(() -> {
            synchronized (this) {
                take(place);
            }
        });
    }

    private void take(EntryPlace place) {
        if (place.index() != last.index() + 1) {
            events.add("gap: " + place + " behind " + last);
        }
        last = place;
    }

    private void exclusively(Runnable call) {
        wasCalledTwiceAtOnce |= inside.incrementAndGet() > 1;
        call.run();
        inside.decrementAndGet();
    }

    @Override
    public void leading(long inTerm) {
        exclusively(() -> {
            events.add("leading " + inTerm);
            term = inTerm;
        });
    }

    @Override
    public void fell(long fromTerm) {
        events.add("fell " + fromTerm);
        term = -1;
    }

    @Override
    public void following(String name) {
        leader = name;
    }

    @Override
    public CompletableFuture<EntryPlace> catchUp(EntryPlace first) {
        exclusively(() -> caughtUp.add(first));
        return catchUp.apply(first);
    }

    @Override
    public void failed(Throwable cause) {
        failures.add(cause);
    }
}
