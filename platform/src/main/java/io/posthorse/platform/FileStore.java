package io.posthorse.platform;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * One directory of files, the only way to a disk. Names are plain (no separators). Every method that accesses the disk
 * throws {@link IOException} as the operating system reports it; nothing is retried here.
 */
public interface FileStore {
    /** Returns the name of the directory for messages to operators. */
    default String place() {
        return "the data directory";
    }

    /** Returns the names of all files, sorted. */
    List<String> list() throws IOException;

    /** Opens a file for reading and writing, and creates it empty where it is missing. */
    StoredFile open(String name) throws IOException;

    /**
     * Opens a file for reading and writing.
     *
     * @throws java.nio.file.NoSuchFileException where it is missing
     */
    StoredFile openExisting(String name) throws IOException;

    /** Opens a file as {@link #open} does; a new file is readable by its owner only, where the file system has owners. */
    default StoredFile openPrivate(String name) throws IOException {
        return open(name);
    }

    /** Deletes a file; its name is free at once, even while the file is open or mapped. */
    void delete(String name) throws IOException;

    /** Deletes a file that may still be mapped, and frees its blocks at once where the operating system can. */
    default void discard(String name) throws IOException {
        try (StoredFile file = openExisting(name)) {
            file.truncate(0);
        } catch (NoSuchFileException e) {
            return;
        }
        delete(name);
    }

    /** Replaces {@code to} by {@code from} in one step: a crash leaves the one or the other. */
    void rename(String from, String to) throws IOException;

    /** Makes created, deleted and renamed names durable. */
    void forceNames() throws IOException;

    /** Returns the bytes that can still be written here. */
    long usableBytes() throws IOException;

    /** Returns the size of the volume in bytes. */
    long totalBytes() throws IOException;

    /**
     * Returns an id of the running operating system: where it differs from that of the last run, unforced writes may be
     * lost. Differs with each call where the system does not tell its start.
     */
    String bootId();

    /**
     * Returns an id of how the volume is attached to the running operating system: an id of the view of volumes in the
     * upper half, and of the volume's place in it in the lower one. Where only the lower half differs from that of the last
     * run, the volume was attached anew, and may have lost unforced writes. Returns 0 where it is unknown.
     */
    default long volumeId() {
        return 0;
    }
}
