package io.posthorse.log;

import io.posthorse.platform.FileStore;
import java.io.IOException;
import java.util.Arrays;

/** The segments of a log in the order of their positions. Segments between two of them may have been dropped. */
final class Segments {
    private Segment[] row;
    /** The segment found last, other than the newest one. */
    private Segment recent;

    Segments(Iterable<Segment> inOrder) {
        row = new Segment[0];
        inOrder.forEach(this::add);
    }

    void add(Segment next) {
        row = Arrays.copyOf(row, row.length + 1);
        row[row.length - 1] = next;
        recent = next;
    }

    /** Makes the only segment, which is empty, anew, unless it has the size and a whole header; returns it. */
    Segment beginAgain(FileStore files, int segmentBytes, int allocate) throws IOException {
        if (last().size == segmentBytes && last().previous >= 0) {
            return last();
        }
        last().close();
        recent = Segment.replace(files, last().base, segmentBytes, allocate);
        row = new Segment[] {recent};
        return recent;
    }

    /** Closes all files. */
    void close() throws IOException {
        for (Segment segment : row) {
            segment.close();
        }
    }

    int size() {
        return row.length;
    }

    Segment first() {
        return row[0];
    }

    Segment last() {
        return row[row.length - 1];
    }

    Segment get(int number) {
        return row[number];
    }

    /** Returns all segments. The caller must not change the array. */
    Segment[] all() {
        return row;
    }

    /** Returns the first position of each. */
    long[] bases() {
        return Arrays.stream(row).mapToLong(s -> s.base).toArray();
    }

    /** Returns the segment that holds a position; null where none does. */
    Segment holding(long position) {
        if (last().holds(position)) {
            return last();
        }
        if (recent.holds(position)) {
            return recent; // consumers that lag behind continue in the segment they read last
        }
        Segment found = holding(row, position);
        recent = found == null ? recent : found;
        return found;
    }

    static Segment holding(Segment[] row, long position) {
        int low = 0;
        int high = row.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (row[middle].base <= position) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low > 0 && row[low - 1].holds(position) ? row[low - 1] : null;
    }

    /** Returns the number of the segment that begins at a position, -1 where none does. */
    int numberOf(long base) {
        int low = 0;
        int high = row.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (row[middle].base < base) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < row.length && row[low].base == base ? low : -1;
    }

    /** Removes a segment; never the last one. */
    Segment remove(int number) {
        Segment removed = row[number];
        Segment[] rest = new Segment[row.length - 1];
        System.arraycopy(row, 0, rest, 0, number);
        System.arraycopy(row, number + 1, rest, number, rest.length - number);
        row = rest; // views of other threads keep their array
        recent = last();
        return removed;
    }

    /** Returns the time of the first record in a later segment, in ms since 1970; -1 where it is unknown. */
    long timeBehind(long base) {
        int number = numberOf(base);
        long time = -1;
        for (int i = number + 1; number >= 0 && i < size() && time < 0; i++) {
            time = get(i).time();
            if (time < 0 && i < size() - 1) {
                get(i).markTimeUnknown();
            }
        }
        return time;
    }
}
