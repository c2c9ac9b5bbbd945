package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.testkit.SeededEntropy;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How many files a long log has, by figures alone. */
class MergePlanTest {
    private static final long CHECKPOINT = 128L << 20;
    private static final int FACTOR = MergePlan.FACTOR;

    private record Figures(long from, long to, long bytes, boolean isReady) implements MergePlan.Part {}

    /** The files of a log of so many stretches, each followed by all merges that are due. */
    private static List<Figures> grow(int stretches, long bytesOfMiB, SeededEntropy lengths) {
        List<Figures> files = new ArrayList<>();
        long end = 0;
        for (int i = 0; i < stretches; i++) {
            long length = lengths == null ? CHECKPOINT + 4_096 : 1 + lengths.below((int) CHECKPOINT * 2 - 1);
            files.add(new Figures(end, end + length, (length >> 20) * bytesOfMiB + 64, true));
            end += length;
            List<Figures> parts = MergePlan.next(files);
            while (!parts.isEmpty()) {
                merge(files, parts);
                parts = MergePlan.next(files);
            }
        }
        return files;
    }

    private static void merge(List<Figures> files, List<Figures> parts) {
        int at = files.indexOf(parts.get(0));
        assertEquals(parts, files.subList(at, at + parts.size()), "neighbours");
        long bytes = parts.stream().mapToLong(Figures::bytes).sum();
        long from = parts.get(0).from;
        long to = parts.get(parts.size() - 1).to;
        assertTrue(bytes <= MergePlan.BYTES_MAX && to - from <= MergePlan.STRETCH_MAX, "a file has its bounds");
        files.subList(at, at + parts.size()).clear();
        files.add(at, new Figures(from, to, bytes, true));
    }

    @Test
    void tenTerabytesOfSmallMessagesNeedAFewHundredFilesOfEachKind() {
        int stretches = (int) ((10L << 40) / CHECKPOINT);
        int index = grow(stretches, 16 << 10, null).size();
        int keys = grow(stretches, 8 << 10, null).size();
        assertTrue(index < 700, index + " index files");
        assertTrue(index + keys < 1_400, index + " and " + keys);
    }

    @Test
    void theNumberOfFilesDependsOnTheLengthOfTheLogOnly() {
        for (int seed = 0; seed < 10; seed++) {
            List<Figures> files = grow(8_000, 16 << 10, new SeededEntropy(seed));
            long end = files.get(files.size() - 1).to;
            assertTrue(files.size() <= 3 * FACTOR + 2 * end / MergePlan.STRETCH_MAX, files.size() + " with seed " + seed);
        }
    }

    @Test
    void filesOfSmallMessagesReachTheMaximumSize() {
        List<Figures> files = grow(2_000, 190 << 10, null);
        long bytes = files.stream().mapToLong(Figures::bytes).sum();
        assertTrue(files.size() <= 3 * FACTOR + 2 * bytes / MergePlan.BYTES_MAX, files.size() + " files");
    }

    @Test
    void filesThatAreNotReadyAreNotMerged() {
        List<Figures> files = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            files.add(new Figures(i * 10, i * 10 + 10, 64, i != 7));
        }
        assertEquals(files.subList(8, 16), MergePlan.next(files));
        assertEquals(List.of(), MergePlan.next(files.subList(0, 15)));
    }
}
