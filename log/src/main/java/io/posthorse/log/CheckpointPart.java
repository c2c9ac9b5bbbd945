package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A {@link CheckpointFile} of a directory and its copy, one of which may go bad. Its name has the two positions of the log
 * between which it holds changes.
 *
 * @param bytes length of the file
 * @param isDoubled whether both files are whole
 */
record CheckpointPart(String name, long bytes, boolean isDoubled) {
    private static final String SUFFIX = ".checkpoint";
    private static final String COPY = "-copy";
    private static final Pattern NAME = Pattern.compile("0\\d{19}-0\\d{19}\\.checkpoint");

    static String name(long from, long to) {
        return "%020d-%020d%s".formatted(from, to, SUFFIX);
    }

    static String copy(String name) {
        return name + COPY;
    }

    static boolean isName(String name) {
        return NAME.matcher(name).matches();
    }

    static boolean isNameOfCopy(String name) {
        return name.endsWith(COPY) && isName(name.substring(0, name.length() - COPY.length()));
    }

    /** Returns the name of the part of a copy. */
    static String ofCopy(String copy) {
        return copy.substring(0, copy.length() - COPY.length());
    }

    long from() {
        return StretchNames.from(name);
    }

    long to() {
        return StretchNames.to(name);
    }

    /**
     * Verifies every byte of a part and its copy; returns null where neither is whole.
     *
     * @param unreadable receives the failure to read a file, which then counts as damaged if the other is whole
     */
    static CheckpointPart verified(FileStore files, String name, Consumer<IOException> unreadable)
            throws NewerFormatException {
        long first = verify(files, name, name, unreadable);
        long second = verify(files, copy(name), name, unreadable);
        return first < 0 && second < 0 ? null : new CheckpointPart(name, Math.max(first, second), first >= 0 && second >= 0);
    }

    /** Returns whether a file under another name is a whole part. */
    static boolean isWhole(FileStore files, String fileName, String name) throws IOException {
        IOException[] unreadable = new IOException[1];
        boolean isWhole = verify(files, fileName, name, failure -> unreadable[0] = failure) >= 0;
        if (unreadable[0] != null) {
            throw unreadable[0];
        }
        return isWhole;
    }

    /** Returns the length of a whole file in bytes, -1 where it is not whole. */
    private static long verify(FileStore files, String fileName, String name, Consumer<IOException> unreadable)
            throws NewerFormatException {
        try (StoredFile file = files.openExisting(fileName)) {
            CheckpointFile.Reader reader = reader(file, name);
            Section section = reader.next();
            while (section != null) {
                section = reader.next();
            }
            return reader.length();
        } catch (NewerFormatException e) {
            throw e;
        } catch (CheckpointFile.DamagedCheckpoint | NoSuchFileException e) {
            return -1;
        } catch (IOException e) {
            unreadable.accept(e);
            return -1;
        }
    }

    private static CheckpointFile.Reader reader(StoredFile file, String name) throws IOException {
        return new CheckpointFile.Reader(file, name, StretchNames.from(name), StretchNames.to(name));
    }

    /** A part that is being read. */
    static final class Open implements SectionSource, AutoCloseable {
        private final StoredFile file;
        private final CheckpointFile.Reader reader;

        private Open(StoredFile file, String name) throws IOException {
            this.file = file;
            this.reader = reader(file, name);
        }

        @Override
        public Section next() throws IOException {
            return reader.next();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /**
     * Opens a part, or its copy where the part is no longer whole.
     *
     * @throws IOException where one file cannot be read and the other does not help;
     *     {@link CheckpointFile.DamagedCheckpoint} where neither is whole
     */
    Open open(FileStore files) throws IOException {
        IOException[] unreadable = new IOException[1];
        for (String file : List.of(name, copy(name))) {
            if (verify(files, file, name, failure -> unreadable[0] = failure) >= 0) {
                return new Open(files.openExisting(file), name);
            }
        }
        throw unreadable[0] != null ? unreadable[0] : new CheckpointFile.DamagedCheckpoint();
    }
}
