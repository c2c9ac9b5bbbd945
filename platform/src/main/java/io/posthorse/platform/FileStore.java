package io.posthorse.platform;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * One directory of files, the only way to a disk. Names are plain (no separators). Every method that touches the
 * disk throws {@link IOException} as the operating system reports it; nothing is retried here.
 */
public interface FileStore {
    /** Names the directory in what an operator reads. */
    default String place() {
        return "the data directory";
    }

    /** Names of all files, sorted. */
    List<String> list() throws IOException;

    /** Opens a file for reading and writing, creating it empty where it is missing. */
    StoredFile open(String name) throws IOException;

    /**
     * Opens a file for reading and writing.
     *
     * @throws java.nio.file.NoSuchFileException where it is missing
     */
    StoredFile openExisting(String name) throws IOException;

    /** {@link #open}, but of a new file nobody but its owner may see the content, where the file system knows owners. */
    default StoredFile openPrivate(String name) throws IOException {
        return open(name);
    }

    /** Deletes a file; its name is free at once, whoever has it open or mapped. */
    void delete(String name) throws IOException;

    /** Deletes a file that may still be mapped, and gives its blocks back at once where the operating system can. */
    default void discard(String name) throws IOException {
        try (StoredFile file = openExisting(name)) {
            file.truncate(0);
        } catch (NoSuchFileException e) {
            return;
        }
        delete(name);
    }

    /** Replaces {@code to} by {@code from} in one step: after a crash there is the one or the other. */
    void rename(String from, String to) throws IOException;

    /** Makes created, deleted and renamed names durable. */
    void forceNames() throws IOException;

    /** Bytes that can still be written here. */
    long usableBytes() throws IOException;

    /** Size of the volume in bytes. */
    long totalBytes() throws IOException;

    /**
     * Identifies the running operating system: where it differs from the one of the last run, what was written but not
     * forced may be gone. Differs with each call where the system does not tell when it was started.
     */
    String bootId();

    /**
     * Identifies how the volume is attached to the running operating system: an id of the view of volumes in the upper half,
     * and of the volume's place in it in the lower one. Where only the lower half differs from that of the last run, the
     * volume was attached anew, and may have come back without what was not forced. 0 where that can't be told.
     */
    default long volumeId() {
        return 0;
    }
}
