package io.posthorse.server;

import io.posthorse.platform.Background;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import io.posthorse.server.TableFile.Generation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The writer of a {@link TableFile} that follows a table in memory. At most one write is in progress; changes meanwhile
 * share the next one. Used on the owner's thread.
 */
final class TableWriter {
    private static final Logger LOG = LoggerFactory.getLogger(TableWriter.class);

    private final FileStore files;
    private final Background background;
    private final String name;
    private final Map<String, Map<String, String>> loaded;
    private long generation;
    private List<Consumer<IOException>> waiting = new ArrayList<>();
    private boolean writing;

    private TableWriter(FileStore files, Background background, String name, Generation newest) {
        this.files = files;
        this.background = background;
        this.name = name;
        this.generation = newest.number();
        this.loaded = newest.table();
    }

    /**
     * Opens a table, empty where it was never written.
     *
     * @throws IOException where it was written and both of its files are damaged
     */
    static TableWriter open(FileStore files, Background background, String name) throws IOException {
        Generation newest = null;
        List<String> damaged = new ArrayList<>();
        int present = 0;
        for (int slot = 0; slot < 2; slot++) {
            String fileName = TableFile.name(name, slot);
            if (!files.list().contains(fileName)) {
                continue;
            }
            present++;
            try (StoredFile file = files.open(fileName)) {
                Generation found = TableFile.read(fileName, file);
                if (found == null) {
                    damaged.add(fileName);
                } else if (newest == null || found.number() > newest.number()) {
                    newest = found;
                }
            }
        }
        if (newest == null && present == 2) {
            throw new IOException(String.join(" and ", damaged) + " in the data directory are damaged: they contain the"
                    + " changes that were made while the server ran. Restore one of them from a backup, or delete them"
                    + " to start without those changes.");
        }
        if (!damaged.isEmpty()) {
            LOG.warn("{} is damaged; {} is used, and the last change may be missing.", damaged.getFirst(),
                    newest == null ? "nothing" : "generation " + newest.number() + " in the other file");
        }
        return new TableWriter(files, background, name, newest == null ? new Generation(0, Map.of()) : newest);
    }

    /** Returns the table that the files contained when they were opened. */
    Map<String, Map<String, String>> loaded() {
        return loaded;
    }

    /** Returns the number of the last generation that was written. */
    long generation() {
        return generation;
    }

    /**
     * Writes the table in its state at the time of the write.
     *
     * @param done gets null once it is on the disk, otherwise the failure
     */
    void keep(Supplier<Map<String, Map<String, String>>> latest, Consumer<IOException> done) {
        waiting.add(done);
        if (!writing) {
            write(latest);
        }
    }

    private void write(Supplier<Map<String, Map<String, String>>> latest) {
        writing = true;
        List<Consumer<IOException>> served = waiting;
        waiting = new ArrayList<>();
        boolean isFirst = generation == 0;
        Generation next = new Generation(generation + (isFirst ? 2 : 1), latest.get());
        background.run(() -> {
            if (isFirst) { // into both files: so a single damaged file was never in use
                TableFile.write(files, name, new Generation(1, next.table()));
            }
            TableFile.write(files, name, next);
        }, failure -> {
            writing = false;
            if (failure == null) {
                generation = next.number();
            }
            served.forEach(done -> done.accept(failure));
            if (!waiting.isEmpty() && !writing) {
                write(latest);
            }
        });
    }
}
