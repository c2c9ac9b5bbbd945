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
 * The checkpoints of a directory: each is a row of parts from the log's beginning up to its position, and all but the last
 * part is the one before it. The newest is the longest row whose parts are whole.
 *
 * @param parts the row of the newest; empty where that is {@link #whole}, or where there is none
 * @param whole a checkpoint of an earlier release that is newer than all rows; null where there is none
 * @param unreadable why a file could not be read, which may be newer than these; null where all could
 */
record CheckpointChain(List<CheckpointPart> parts, WholeCheckpoint whole, IOException unreadable) {

    /** Position of the newest; 0 where there is none. */
    long position() {
        return whole != null ? whole.position() : parts.isEmpty() ? 0 : parts.getLast().to();
    }

    boolean isEmpty() {
        return whole == null && parts.isEmpty();
    }

    /** Position of the one before the newest, which is whole if the newest is; 0 where there is none. */
    long before() {
        return parts.size() < 2 ? 0 : parts.get(parts.size() - 2).to();
    }

    /** Looks for the newest checkpoint, and at every byte of it. */
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

    /** The parts of the checkpoint of a position; null where some are missing. Takes out the names of those that are. */
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
     * Gives the newest to the layer above.
     *
     * @return the same without what it held in memory
     */
    CheckpointChain restore(FileStore files, Store.State state) throws IOException {
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
                state.restore(section);
            }
            state.restored();
        } finally {
            CheckpointWrite.closeAll(open);
        }
        return this;
    }

    /** The row with one more part behind it, or where that begins at the log's beginning, it alone. */
    CheckpointChain with(CheckpointPart part) {
        List<CheckpointPart> more = new ArrayList<>(part.from() == 0 ? List.of() : parts);
        more.add(part);
        return new CheckpointChain(List.copyOf(more), null, null);
    }

    /** The row with one part in the place of some that follow on each other. */
    CheckpointChain with(List<CheckpointPart> before, CheckpointPart now) {
        List<CheckpointPart> fewer = new ArrayList<>(parts);
        int at = fewer.indexOf(before.getFirst());
        fewer.subList(at, at + before.size()).clear();
        fewer.add(at, now);
        return new CheckpointChain(List.copyOf(fewer), null, null);
    }

    /**
     * Parts to be made one, so that their number follows the logarithm of the state's size and each change is written anew
     * as often: the newest that are not the last, as far back as one is less than twice as long as all behind it. A part
     * that has lost its copy comes first, alone.
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
