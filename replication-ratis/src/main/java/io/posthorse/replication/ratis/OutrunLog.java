package io.posthorse.replication.ratis;

import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A log that ends before the replica's checkpoint, as when a node ended between a catch-up and the engine's noting it. The
 * engine starts with it, keeps its last file open, and then refuses every entry that a leader sends, for the gap between the
 * two. All that is in such a log is in the checkpoint, so it is deleted.
 */
final class OutrunLog {
    private static final Logger LOG = LoggerFactory.getLogger(OutrunLog.class);
    /** Name of a file in the engine's directory: the log was deleted, and there is none yet. */
    static final String NOTE = "outrun";
    private static final Pattern FIRST = Pattern.compile("log_(?:inprogress_)?(\\d+)(?:-\\d+)?");
    private static final Pattern NAME = Pattern.compile("log_(?:inprogress_(\\d+)|\\d+-(\\d+))");

    private OutrunLog() {}

    static boolean isOfLog(String name) {
        return FIRST.matcher(name).matches();
    }

    /** Notes, durably, that there may be no log: the engine deletes its own when it takes a fetched checkpoint. */
    static void note(Path root) throws IOException {
        try (DiskFileStore files = DiskFileStore.unlocked(root)) {
            files.open(NOTE).close();
            files.forceNames();
        }
    }

    /**
     * Deletes the log where it is outrun.
     *
     * @param root gets the note that it was deleted, until there is a log again
     * @param restored index of the last entry that the replica has
     */
    static void drop(FileStore files, FileStore root, long restored, RatisSettings.Sizes sizes) throws IOException {
        long end = -1;
        for (String name : files.list()) {
            end = Math.max(end, endOf(files, name, sizes));
        }
        if (end >= restored && root.list().contains(NOTE)) {
            root.delete(NOTE);
        }
        if (end < 0 || end >= restored) {
            return;
        }
        root.open(NOTE).close();
        root.forceNames();
        LOG.warn("The engine's log ends at {}, the checkpoint at {}: the log is deleted, for the checkpoint has it all", end,
                restored);
        for (String name : files.list()) {
            if (NAME.matcher(name).matches()) {
                files.delete(name);
            }
        }
        files.forceNames();
    }

    /** Returns the index of the first entry in the files of a log, by their names; -1 where none is one. */
    static long first(List<String> names) {
        long first = Long.MAX_VALUE;
        for (String name : names) {
            Matcher matcher = FIRST.matcher(name);
            if (matcher.matches()) {
                first = Math.min(first, Long.parseLong(matcher.group(1)));
            }
        }
        return first == Long.MAX_VALUE ? -1 : first;
    }

    /**
     * Refuses a log that begins behind what the replica has: nobody would deliver what is between, and this node would count
     * as one that has it.
     */
    static void requireReaches(FileStore files, long restored) throws IOException {
        long first = first(files.list());
        if (first > restored + 1) {
            throw new IOException("This node's data ends at entry " + restored + ", and the engine's log begins at entry "
                    + first + ": what is between is lost here, such as by files that were deleted. This node must not take"
                    + " part any more; the cluster goes on with the others");
        }
    }

    /** Returns the index of the last entry in a file; -1 where it has none, or is none of the log. */
    private static long endOf(FileStore files, String name, RatisSettings.Sizes sizes) throws IOException {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return -1;
        }
        if (matcher.group(1) == null) {
            return Long.parseLong(matcher.group(2));
        }
        try (StoredFile file = files.openExisting(name)) {
            long entries = SegmentScan.of(file, sizes.entryMax()).entries();
            return entries == 0 ? -1 : Long.parseLong(matcher.group(1)) + entries - 1;
        }
    }
}
