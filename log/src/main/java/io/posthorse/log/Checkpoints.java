package io.posthorse.log;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The checkpoints of a store. The owner only copies the changed pieces of the state into a buffer, some at a time, each as
 * it was when the checkpoint began; the background writes them. A failed checkpoint is tried again before the next begins.
 */
final class Checkpoints {
    /** Number of calls of {@link #resume} that a checkpoint or a merge waits for after a failure. */
    private static final int PAUSE = 10;
    /** Bytes that a checkpoint takes beside its contents: partly filled blocks, names. */
    private static final long ROOM = 128 << 10;

    private final FileStore files;
    private final Background background;
    private final Log log;
    private final Index index;
    private final KeyIndex keys;
    private final IndexUpkeep indexUpkeep;
    private final Store.State state;
    /** Stretches without a key file yet; they stay readable in memory. */
    private final List<GrowingKeys> unwrittenKeys = new ArrayList<>();

    private CheckpointChain chain;
    /** Position of the checkpoint before the last one: records below are not needed even if the last one goes bad. */
    private long dispensable;
    /** The checkpoint under way; null where there is none. */
    private Taken taken;

    /** Its index entries, once all are frozen. */
    private FrozenEntries entries;

    private boolean freezing;
    private boolean writing;
    /** Whether it is whole, and memory still has some of its entries. */
    private boolean lettingGo;
    /** The file of its index entries, once written. */
    private StripeFile stripe;

    /** Whether this try already got room from the reserve. */
    private boolean retried;

    /** Whether there may be checkpoints of an earlier release. */
    private volatile boolean wholes = true;

    private int pause;
    private boolean merging;
    /** Whether both files of a part are damaged. */
    private boolean broken;

    private int mergePause;
    /** Exports that need the present parts. */
    private int exports;
    /** Files of merged parts, which go once no export needs them. */
    private final Set<String> unneeded = new HashSet<>();
    /** Whether the checkpoint under way waits until the group has agreed on everything below it. */
    private boolean awaitsAgreement;
    /** Points of the group's log at the newest checkpoint and at the one before; null where there is no group. */
    private AgreedPoint agreed;

    private AgreedPoint agreedBefore;
    /** Point at the checkpoint under way, once it is agreed on. */
    private AgreedPoint agreedTaken;

    /**
     * A checkpoint under way.
     *
     * @param from position of the one before it, where its index stretch begins
     * @param since position from which its part holds changes
     * @param gone ranges of the log whose records are gone
     */
    private record Taken(long from, long since, long to, SectionBuffer sections, GoneRanges gone) {}

    Checkpoints(
            FileStore files, Background background, Log log, Index index, KeyIndex keys, IndexUpkeep indexUpkeep,
            Store.State state, CheckpointChain chain, AgreedPoint agreed) {
        this.files = files;
        this.background = background;
        this.log = log;
        this.index = index;
        this.keys = keys;
        this.indexUpkeep = indexUpkeep;
        this.state = state;
        this.chain = chain;
        this.dispensable = chain.before();
        this.agreed = agreed;
        this.agreedBefore = agreed == null ? null : AgreedPoint.NONE;
    }

    /** Returns the position of the last whole checkpoint. */
    long position() {
        return chain.position();
    }

    long dispensable() {
        return dispensable;
    }

    AgreedPoint agreed() {
        return agreed;
    }

    /** Sets the point of the checkpoint that was opened, where more was replayed behind it. */
    void agreed(AgreedPoint point) {
        agreed = point;
    }

    AgreedPoint agreedBefore() {
        return agreedBefore;
    }

    /** Returns whether a file of the directory is unfinished, or belongs to no kept checkpoint. */
    boolean isUnused(String name) {
        if (name.startsWith("unfinished-") || WholeCheckpoint.position(name) > position()) {
            return true;
        }
        String part = CheckpointPart.isNameOfCopy(name) ? CheckpointPart.ofCopy(name) : name;
        return CheckpointPart.isName(part) && chain.parts().stream().noneMatch(used -> used.name().equals(part));
    }

    // ---- taking one

    /** Begins a checkpoint of the present state, unless one is under way; calls of {@link #advance} must follow. */
    void begin() {
        if (taken != null || lettingGo || log.poison() != null || log.tail() == position() && !broken) {
            return;
        }
        long to = written();
        if (log.poison() != null || to == position() && !broken) {
            return; // the state knows records that the log has not written, or there are none behind the last one
        }
        if (broken) {
            state.changeAll();
        }
        // behind a checkpoint of an earlier release everything counts as changed, so the next one holds everything
        boolean isOfAll = broken || chain.parts().isEmpty();
        taken = new Taken(position(), isOfAll ? 0 : position(), to, new SectionBuffer(), index.gone());
        index.beginFreeze();
        unwrittenKeys.addAll(keys.freeze(to));
        state.beginFreeze(taken.sections);
        freezing = true;
    }

    /** Ends the turn, and in a group the batch; returns the position behind the last record. */
    private long written() {
        if (log.group() == null) {
            log.write();
            return log.tail();
        }
        log.handOver();
        return log.group().note();
    }

    /** Continues for a while; returns false once the owner has nothing more to do. */
    boolean advance() {
        if (lettingGo) {
            lettingGo = index.letGo();
            return lettingGo;
        }
        if (freezing) {
            if (freeze()) {
                return true;
            }
            awaitsAgreement = true;
        }
        if (!awaitsAgreement || !isAgreed()) {
            return false;
        }
        awaitsAgreement = false;
        writing = true;
        background.run(log.forceJob(), failure -> { // a checkpoint never knows more than the log
            if (failure == null) {
                write();
            } else {
                log.fail(failure);
            }
        });
        return false;
    }

    /** Returns whether the group has agreed on everything below the checkpoint under way; true where there is no group. */
    private boolean isAgreed() {
        agreedTaken = log.group() == null ? null : log.group().noted();
        return log.group() == null || agreedTaken != null;
    }

    private boolean freeze() {
        freezing = index.freeze() || state.freeze();
        if (!freezing) {
            entries = index.frozen();
        }
        return freezing;
    }

    private void write() {
        writing = true;
        Taken of = taken;
        FrozenEntries frozen = entries;
        StripeFile[] written = {stripe};
        List<CheckpointWrite> part = new ArrayList<>(1);
        background.run(() -> {
            written[0] = written[0] == null ? stripe(of, frozen) : written[0];
            part.add(part(of));
        }, failure -> {
            stripe = written[0];
            if (failure == null) {
                step(part.getFirst());
            } else {
                failed();
            }
        });
    }

    /** Writes the file of its index entries; returns null where nothing was written since the checkpoint before. */
    private StripeFile stripe(Taken of, FrozenEntries frozen) throws IOException {
        return of.from == of.to ? null : IndexFile.write(files, IndexUpkeep.UNFINISHED, of.from, of.to, frozen, true);
    }

    private CheckpointWrite part(Taken of) {
        AgreedSection own = agreedTaken == null ? null : new AgreedSection(agreedTaken, of.gone);
        return CheckpointWrite.of(files, of.sections.source(own), of.since, of.to);
    }

    private void step(CheckpointWrite write) {
        CheckpointPart[] part = new CheckpointPart[1];
        background.run(() -> part[0] = write.step(), failure -> {
            if (failure != null) {
                failed();
            } else if (part[0] == null) {
                step(write);
            } else {
                written(part[0]);
                merge();
            }
        });
    }

    private void written(CheckpointPart part) {
        adopt(part);
        writing = false;
        writeKeys(); // only now: key files must not take the checkpoint's room
        indexUpkeep.mergeBelow(dispensable);
        if (wholes) {
            long kept = dispensable;
            background.run(() -> wholes = deleteWholes(kept), failure -> { });
        }
    }

    private void adopt(CheckpointPart part) {
        if (!broken) {
            dispensable = Math.max(dispensable, position());
            agreedBefore = agreed;
        }
        broken &= part.from() > 0;
        agreed = agreedTaken;
        chain = chain.with(part);
        if (stripe != null) {
            index.adopt(stripe, entries);
        }
        entries = null;
        stripe = null;
        taken = null;
        retried = false;
        lettingGo = true;
    }

    /** Deletes the checkpoints of an earlier release, once two newer ones exist; returns whether some are left. */
    private boolean deleteWholes(long below) throws IOException {
        boolean left = false;
        for (String name : files.list()) {
            long position = WholeCheckpoint.position(name);
            if (position >= 0 && position < below) {
                files.delete(name);
            } else {
                left |= position >= 0;
            }
        }
        return left;
    }

    /**
     * Tries again with room from the reserve of a full disk, if that is enough and an eighth of it stays for
     * acknowledgements. Otherwise waits.
     */
    private void failed() {
        writing = false;
        if (!retried && log.poison() == null && log.shortage().reserve().lend(need())) {
            retried = true;
            write();
        } else {
            retried = false;
            pause = PAUSE;
        }
    }

    /** Returns the approximate bytes that it takes on the disk. */
    private long need() {
        long index = stripe != null ? 0 : entries.relocated().size() * (long) IndexFile.RELOCATED + entries.parts().stream()
                .mapToLong(part -> IndexFile.ROW + part.chunk().count() * (long) Chunk.ENTRY).sum();
        return 2 * taken.sections.bytes() + index + ROOM;
    }

    /** Writes the key files. The checkpoint does not wait for them: missing ones are made from the log again. */
    private void writeKeys() {
        List<GrowingKeys> stretches = List.copyOf(unwrittenKeys);
        List<SortedKeys> written = new ArrayList<>();
        background.run(
                () -> {
                    for (GrowingKeys stretch : stretches) {
                        written.add(KeyFile.write(files, stretch, stretch.to));
                    }
                },
                failure -> {
                    written.forEach(keys::replace);
                    unwrittenKeys.removeAll(stretches.subList(0, written.size()));
                    keys.rebuild(log);
                });
    }

    /** Continues after a failure. The owner calls it periodically. */
    void resume() {
        pause = Math.max(0, pause - 1);
        mergePause = Math.max(0, mergePause - 1);
        if (taken != null && !freezing && !awaitsAgreement && !writing && pause == 0 && log.poison() == null) {
            write();
        }
        if (broken) {
            begin();
        }
        merge();
    }

    // ---- keeping the parts few

    private void merge() {
        List<CheckpointPart> parts = chain.mergeable();
        if (merging || broken || mergePause > 0 || parts.isEmpty() || log.poison() != null) {
            return;
        }
        merging = true;
        List<CheckpointWrite> begun = new ArrayList<>(1);
        background.run(() -> begun.add(CheckpointWrite.merge(files, parts, state::combine)), failure -> {
            if (failure == null) {
                mergeStep(begun.getFirst());
            } else {
                mergeFailed(failure);
            }
        });
    }

    private void mergeStep(CheckpointWrite write) {
        CheckpointPart[] part = new CheckpointPart[1];
        background.run(() -> part[0] = write.step(), failure -> {
            if (failure != null) {
                mergeFailed(failure);
            } else if (part[0] == null) {
                mergeStep(write);
            } else {
                merged(write.parts(), part[0]);
            }
        });
    }

    /**
     * Notes a failed merge. Where both files of a part are damaged, the next checkpoint holds everything, since only it is
     * reliable.
     */
    private void mergeFailed(IOException cause) {
        merging = false;
        mergePause = PAUSE;
        broken |= cause instanceof CheckpointFile.DamagedCheckpoint;
    }

    private void merged(List<CheckpointPart> before, CheckpointPart now) {
        merging = false;
        chain = chain.with(before, now);
        Set<String> gone = new HashSet<>(before.stream().map(CheckpointPart::name).toList());
        gone.remove(now.name());
        unneeded.addAll(gone);
        deleteUnneeded();
        merge();
    }

    private void deleteUnneeded() {
        if (exports > 0 || unneeded.isEmpty()) {
            return;
        }
        List<String> names = List.copyOf(unneeded);
        unneeded.clear();
        background.run(() -> {
            for (String name : names) {
                files.delete(name);
                files.delete(CheckpointPart.copy(name));
            }
        }, failure -> { });
    }

    /** Keeps the parts of the newest checkpoint until {@link #exported}; returns them. */
    List<CheckpointPart> export() {
        exports++;
        return chain.parts();
    }

    void exported() {
        exports--;
        deleteUnneeded();
    }

    // ---- the end

    /** Completes the checkpoint under way and takes one of the present state. The background must be idle. */
    void close() throws IOException {
        if (taken != null) {
            finish();
        }
        begin();
        if (taken != null) {
            finish();
        }
        for (GrowingKeys stretch : unwrittenKeys) {
            KeyFile.write(files, stretch, stretch.to);
        }
    }

    private void finish() throws IOException {
        boolean more = freezing;
        while (more) {
            more = freeze();
        }
        awaitsAgreement = !isAgreed();
        stripe = stripe == null ? stripe(taken, entries) : stripe;
        CheckpointWrite write = part(taken);
        CheckpointPart part = write.step();
        while (part == null) {
            part = write.step();
        }
        adopt(part);
        while (lettingGo) {
            lettingGo = index.letGo();
        }
    }
}
