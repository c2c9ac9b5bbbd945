package io.posthorse.log;

import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The checkpoints of a directory: each is a row of parts from the begin of the log to its position, and without its last
 * part it is the checkpoint before. The newest is the longest row whose parts are whole.
 *
 * @param parts the row of the newest; empty where that is {@link #whole}, or where there is none
 * @param whole a checkpoint of an earlier release that is newer than all rows; null where there is none
 * @param unreadable failure to read a file that may be newer than these; null where there was none
 */
record CheckpointChain(List<CheckpointPart> parts, WholeCheckpoint whole, IOException unreadable) {

    /** Returns the position of the newest; 0 where there is none. */
    long position() {
        return whole != null ? whole.position() : parts.isEmpty() ? 0 : parts.getLast().to();
    }

    boolean isEmpty() {
        return whole == null && parts.isEmpty();
    }

    /** Returns the position of the one before the newest, which is whole if the newest is; 0 where there is none. */
    long before() {
        return parts.size() < 2 ? 0 : parts.get(parts.size() - 2).to();
    }

    /** Finds the newest checkpoint and verifies every byte of it. */
    static CheckpointChain newest(FileStore files) throws IOException {
        TreeSet<String> names = new TreeSet<>();
        TreeSet<Long> ends = new TreeSet<>(Comparator.reverseOrder());
        Map<Long, String> wholes = new HashMap<>();
        for (String file : files.list()) {
            String name = CheckpointPart.isNameOfCopy(file) ? CheckpointPart.ofCopy(file) : file;
            if (CheckpointPart.isName(name)) {
                names.add(name);
                ends.add(StretchNames.to(name));
            } else if (WholeCheckpoint.position(name) >= 0) {
                wholes.put(WholeCheckpoint.position(name), name);
                ends.add(WholeCheckpoint.position(name));
            }
        }
        Map<String, CheckpointPart> known = new HashMap<>();
        IOException[] unreadable = new IOException[1];
        for (long end : ends) {
            List<CheckpointPart> row = row(files, names, end, known, failure -> unreadable[0] = failure);
            if (row != null) {
                return new CheckpointChain(row, null, unreadable[0]);
            }
            WholeCheckpoint whole = wholes.containsKey(end) ? WholeCheckpoint.read(files, wholes.get(end)) : null;
            if (whole != null) {
                return new CheckpointChain(List.of(), whole, unreadable[0]);
            }
        }
        return new CheckpointChain(List.of(), null, unreadable[0]);
    }

    /**
     * Returns the parts of the checkpoint at a position; null where some are missing. Removes the names of damaged parts.
     */
    private static List<CheckpointPart> row(
            FileStore files, TreeSet<String> names, long end, Map<String, CheckpointPart> known,
            Consumer<IOException> unreadable) throws NewerFormatException {
        while (true) {
            List<String> row = StretchNames.covering(List.copyOf(names), 0, end);
            long covered = 0;
            for (String name : row) {
                covered = StretchNames.from(name) == covered ? StretchNames.to(name) : -1;
            }
            if (covered != end) {
                return null;
            }
            List<CheckpointPart> parts = new ArrayList<>();
            for (String name : row) {
                CheckpointPart part = known.get(name);
                if (part == null) {
                    part = CheckpointPart.verified(files, name, unreadable);
                }
                if (part == null) {
                    names.remove(name);
                    break;
                }
                known.put(name, part);
                parts.add(part);
            }
            if (parts.size() == row.size()) {
                return parts;
            }
        }
    }

    /**
     * Restores the newest checkpoint into the layer above.
     *
     * @param agreed receives what only checkpoints of a group's nodes hold
     * @return the same chain without the bytes it held in memory
     */
    CheckpointChain restore(FileStore files, Store.State state, Consumer<AgreedSection> agreed) throws IOException {
        if (whole != null) {
            state.restore(whole.state());
            return new CheckpointChain(List.of(), new WholeCheckpoint(whole.position(), null), null);
        }
        if (parts.isEmpty()) {
            return this;
        }
        List<CheckpointPart.Open> open = CheckpointWrite.openAll(files, parts);
        try {
            SectionMerge sections = new SectionMerge(open, state::combine, true);
            for (Section section = sections.next(); section != null; section = sections.next()) {
                if (section.kind == AgreedSection.KIND) {
                    agreed.accept(AgreedSection.of(section));
                } else {
                    state.restore(section);
                }
            }
            state.restored();
        } finally {
            CheckpointWrite.closeAll(open);
        }
        return this;
    }

    /** Returns the row with one more part, or that part alone where it begins at the begin of the log. */
    CheckpointChain with(CheckpointPart part) {
        List<CheckpointPart> more = new ArrayList<>(part.from() == 0 ? List.of() : parts);
        more.add(part);
        return new CheckpointChain(List.copyOf(more), null, null);
    }

    /** Returns the row with one part in place of several adjacent ones. */
    CheckpointChain with(List<CheckpointPart> before, CheckpointPart now) {
        List<CheckpointPart> fewer = new ArrayList<>(parts);
        int at = fewer.indexOf(before.getFirst());
        fewer.subList(at, at + before.size()).clear();
        fewer.add(at, now);
        return new CheckpointChain(List.copyOf(fewer), null, null);
    }

    /**
     * Returns the parts to merge, such that their number grows with the logarithm of the state's size, and each change is
     * rewritten as often: the newest but the last, as far back as a part is less than twice as long as all behind it. A
     * part that has lost its copy comes first, alone.
     */
    List<CheckpointPart> mergeable() {
        for (CheckpointPart part : parts) {
            if (!part.isDoubled()) {
                return List.of(part);
            }
        }
        int end = parts.size() - 1;
        long behind = 0;
        int first = end;
        for (int i = end - 1; i >= 0; i--) {
            if (i < end - 1 && parts.get(i).bytes() < 2 * behind) {
                first = i;
            }
            behind += parts.get(i).bytes();
        }
        return first < end ? parts.subList(first, end) : List.of();
    }
}
