package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The writing of a checkpoint part and its copy, in steps, so that other work of the background comes between. */
final class CheckpointWrite implements AutoCloseable {
    private static final long STEP = 1 << 20;

    private final FileStore files;
    private final String unfinished;
    private final List<CheckpointPart> parts;
    private final SectionSource source;
    private final List<CheckpointPart.Open> open;
    private final long from;
    private final long to;
    private StoredFile first;
    private StoredFile second;
    private CheckpointFile.Writer out;
    private CheckpointFile.Writer copy;

    private CheckpointWrite(
            FileStore files, String unfinished, List<CheckpointPart> parts, List<CheckpointPart.Open> open,
            SectionSource source, long from, long to) {
        this.files = files;
        this.unfinished = unfinished;
        this.parts = parts;
        this.open = open;
        this.source = source;
        this.from = from;
        this.to = to;
    }

    /** Begins a part of the changed pieces. */
    static CheckpointWrite of(FileStore files, SectionSource source, long from, long to) {
        return new CheckpointWrite(files, "unfinished-checkpoint", List.of(), List.of(), source, from, to);
    }

    /**
     * Begins to merge several adjacent parts into one, or to write both files of a single part anew.
     *
     * @throws IOException where the disk lacks twice the needed room: a merge can wait, other writes cannot
     */
    static CheckpointWrite merge(
            FileStore files, List<CheckpointPart> parts, SectionMerge.Combination combination) throws IOException {
        long bytes = 2 * parts.stream().mapToLong(CheckpointPart::bytes).sum();
        if (files.usableBytes() < 2 * bytes + STEP) {
            throw new IOException("there is no room to merge checkpoints of " + bytes + " bytes");
        }
        List<CheckpointPart.Open> open = openAll(files, parts);
        long from = parts.getFirst().from();
        try {
            SectionMerge merged = new SectionMerge(open, combination, from == 0);
            return new CheckpointWrite(
                    files, "unfinished-merged-checkpoint", parts, open, merged, from, parts.getLast().to());
        } catch (IOException e) {
            closeAll(open);
            throw e;
        }
    }

    static List<CheckpointPart.Open> openAll(FileStore files, List<CheckpointPart> parts) throws IOException {
        List<CheckpointPart.Open> open = new ArrayList<>();
        try {
            for (CheckpointPart part : parts) {
                open.add(part.open(files));
            }
            return open;
        } catch (IOException e) {
            closeAll(open);
            throw e;
        }
    }

    static void closeAll(List<CheckpointPart.Open> open) throws IOException {
        for (CheckpointPart.Open one : open) {
            one.close();
        }
    }

    /** Returns the parts that are merged. */
    List<CheckpointPart> parts() {
        return parts;
    }

    /**
     * Continues for a while; a failure ends the write.
     *
     * @return the new part, null while it is not whole
     */
    CheckpointPart step() throws IOException {
        try {
            if (out == null) {
                begin();
            }
            long until = out.written() + STEP;
            while (out.written() < until) {
                Section section = source.next();
                if (section == null) {
                    CheckpointPart part = finished();
                    close();
                    return part;
                }
                out.add(section);
                copy.add(section);
            }
            return null;
        } catch (IOException | RuntimeException e) {
            try {
                abandon();
            } catch (IOException more) {
                e.addSuppressed(more);
            }
            throw e;
        }
    }

    /** Frees the blocks written so far. */
    private void abandon() throws IOException {
        close();
        for (String name : List.of(unfinished, unfinished + "-copy")) {
            try (StoredFile file = files.open(name)) {
                file.truncate(0);
            }
            files.delete(name);
        }
    }

    private void begin() throws IOException {
        first = files.open(unfinished);
        first.truncate(0);
        out = new CheckpointFile.Writer(first);
        second = files.open(unfinished + "-copy");
        second.truncate(0);
        copy = new CheckpointFile.Writer(second);
    }

    private CheckpointPart finished() throws IOException {
        copy.end(from, to);
        out.end(from, to);
        String name = CheckpointPart.name(from, to);
        files.rename(unfinished + "-copy", CheckpointPart.copy(name));
        files.rename(unfinished, name);
        files.forceNames();
        return new CheckpointPart(name, out.written(), true);
    }

    @Override
    public void close() throws IOException {
        closeAll(open);
        if (first != null) {
            first.close();
        }
        if (second != null) {
            second.close();
        }
    }
}
