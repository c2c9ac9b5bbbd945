package io.posthorse.replication.ratis;

import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/**
 * The directory of the engine's files, and what is to be done there before each start. After a power cut the engine would
 * not start at all, or with an older vote than it has given; after the end of a process it would count entries that are in
 * memory only.
 */
final class EngineFiles implements AutoCloseable {
    private final RatisSettings settings;
    private final DiskFileStore root;

    private EngineFiles(RatisSettings settings, DiskFileStore root) {
        this.settings = settings;
        this.root = root;
    }

    /** Opens the directory, creates it where it is missing, and keeps every other process out of it. */
    static EngineFiles open(RatisSettings settings) throws IOException {
        return new EngineFiles(settings, DiskFileStore.open(settings.directory()));
    }

    static boolean hasLog(Path directory, UUID group) throws IOException {
        Path current = directory.resolve(group.toString()).resolve("current");
        return DiskFileStore.entries(current).orElse(List.of()).stream().anyMatch(VoteFile.NAME::equals);
    }

    /** Returns whether there are files of a log, or a note that they were deleted since a checkpoint has it all. */
    static boolean hasEntries(Path directory, UUID group) throws IOException {
        Path current = directory.resolve(group.toString()).resolve("current");
        return DiskFileStore.entries(current).orElse(List.of()).stream().anyMatch(OutrunLog::isOfLog)
                || DiskFileStore.entries(directory).orElse(List.of()).contains(OutrunLog.NOTE);
    }

    /** Returns the index of the first entry in the files of a log; -1 where there are none. */
    static long firstEntry(Path directory, UUID group) throws IOException {
        Path current = directory.resolve(group.toString()).resolve("current");
        return OutrunLog.first(DiskFileStore.entries(current).orElse(List.of()));
    }

    /**
     * Prepares the directory for a start.
     *
     * @param restored index of the last entry that the replica has
     * @throws IOException where files are damaged by more than a power cut, or the directory is another group's
     */
    void prepare(long restored) throws IOException {
        refuseOtherGroups();
        boolean isKept = LastRun.isKept(root);
        Path place = settings.directory().resolve(settings.group().toString());
        Path current = place.resolve("current");
        List<String> there = DiskFileStore.entries(current).orElse(List.of());
        if (!there.isEmpty()) {
            try (DiskFileStore files = DiskFileStore.unlocked(current)) {
                repair(files, isKept, settings.sizes());
                OutrunLog.requireReaches(files, restored);
                OutrunLog.drop(files, root, restored, settings.sizes());
            }
            forceNames(place);
        }
        LastRun.begin(root);
        root.forceNames();
    }

    /** Every group that the engine finds here would be started, with the state of this one. */
    private void refuseOtherGroups() throws IOException {
        for (String name : DiskFileStore.entries(settings.directory()).orElse(List.of())) {
            String other = name.endsWith("/") ? name.substring(0, name.length() - 1) : "";
            if (isId(other) && !other.equals(settings.group().toString())) {
                throw new IOException(settings.directory() + " has the files of group " + other + ", and this is a node of"
                        + " group " + settings.group() + ". Name another directory, or the right group");
            }
        }
    }

    private static boolean isId(String name) {
        try {
            return UUID.fromString(name).toString().equals(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /**
     * Repairs what a power cut may have done, and makes everything durable that the engine takes for it.
     *
     * @param isKept whether nothing that was written in the last run can have been lost
     */
    static void repair(FileStore files, boolean isKept, RatisSettings.Sizes sizes) throws IOException {
        VoteFile.adopt(files);
        OpenSegment.repair(files, isKept, sizes);
        for (String name : files.list()) {
            try (StoredFile file = files.openExisting(name)) {
                file.force();
            }
        }
        files.forceNames();
    }

    private static void forceNames(Path directory) throws IOException {
        try (DiskFileStore files = DiskFileStore.unlocked(directory)) {
            files.forceNames();
        }
    }

    @Override
    public void close() throws IOException {
        root.close();
    }
}
