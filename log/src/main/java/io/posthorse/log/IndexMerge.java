package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A merge of several adjacent index files into one, in steps, so that other work of the background gets its turn. The new
 * file has another name, and counts once it is forced and renamed; the old ones stay unchanged until then.
 */
final class IndexMerge {
    /** Approximate bytes that a step writes. */
    static final int STEP_BYTES = 32 << 20;

    private static final String UNFINISHED = "unfinished-merge";

    private final FileStore files;
    private final List<StripeFile> parts;
    private final GoneRanges gone;
    private final int[] partitions;
    private final List<IndexView> views = new ArrayList<>();
    private Phase phase = Phase.COUNT;
    private int chunks;
    private int relocated;
    private long entries;
    private long body;
    private BlockWriter out;
    private StoredFile file;
    private LiveChunks run;
    private int runAt;
    private LiveRelocations moved;
    private StripeFile merged;

    private enum Phase { COUNT, ROWS, RELOCATED, ENTRIES, END }

    /**
     * @param gone stretches to leave out of the new file
     * @param partitions numbers of the present partitions, ascending
     */
    IndexMerge(FileStore files, List<StripeFile> parts, GoneRanges gone, int[] partitions) {
        this.files = files;
        this.parts = parts;
        this.gone = gone;
        this.partitions = partitions;
    }

    List<StripeFile> parts() {
        return parts;
    }

    /** Returns the lengths of the parts in bytes, once the first step is done. */
    long[] lengths() {
        return views.stream().mapToLong(IndexView::bytes).toArray();
    }

    /** Returns the new file, or null while it is not whole. */
    StripeFile merged() {
        return merged;
    }

    /**
     * Does the next step, in the background.
     *
     * @throws DamagedFile where a part is damaged
     */
    void step() throws IOException {
        switch (phase) {
            case COUNT -> count();
            case ROWS -> rows();
            case RELOCATED -> relocated();
            case ENTRIES -> entries();
            case END -> end();
        }
    }

    /** Closes the new file after a failure. */
    void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            // the next merge begins with a new file
        }
    }

    private void count() throws IOException {
        for (StripeFile part : parts) {
            IndexView view = IndexView.open(files, part.name, part);
            if (view == null) {
                throw new DamagedFile(part);
            }
            views.add(view);
        }
        Rows rows = new Rows();
        while (rows.next()) {
            chunks++;
            entries += rows.count;
        }
        LiveRelocations all = new LiveRelocations(views, gone, partitions);
        while (all.next() != null) {
            relocated++;
        }
        body = (long) chunks * IndexFile.ROW + (long) relocated * IndexFile.RELOCATED + entries * Chunk.ENTRY;
        phase = Phase.ROWS;
    }

    private void rows() throws IOException {
        files.delete(UNFINISHED);
        file = files.open(UNFINISHED);
        out = new BlockWriter(file, IndexFile.body(body));
        long at = IndexFile.body(body) + body - entries * Chunk.ENTRY;
        Rows rows = new Rows();
        while (rows.next()) {
            out.putInt(rows.partition).putInt(rows.count).putLong(rows.base).putInt((int) at).putInt(0);
            at += (long) rows.count * Chunk.ENTRY;
        }
        moved = new LiveRelocations(views, gone, partitions);
        phase = Phase.RELOCATED;
    }

    private void relocated() throws IOException {
        long bound = out.bytes() + STEP_BYTES;
        while (out.bytes() < bound) {
            RelocatedRecord r = moved.next();
            if (r == null) {
                run = new LiveChunks(views, gone, partitions);
                phase = Phase.ENTRIES;
                break;
            }
            out.putInt(r.partition).putInt(r.length).putLong(r.base).putLong(r.position).putInt(r.tag).putInt(0);
        }
        file.force();
    }

    private void entries() throws IOException {
        long bound = out.bytes() + STEP_BYTES;
        while (out.bytes() < bound) {
            if (runAt == 0 && !run.next()) {
                phase = Phase.END;
                break;
            }
            int most = (int) ((bound - out.bytes() + Chunk.ENTRY - 1) / Chunk.ENTRY);
            int count = Math.min(run.count() - runAt, most);
            run.copy(runAt, count, out);
            runAt = runAt + count == run.count() ? 0 : runAt + count;
        }
        file.force();
    }

    private void end() throws IOException {
        out.end();
        if (out.bytes() != body) {
            throw new IOException("an index file changed while it was merged");
        }
        long from = parts.get(0).from;
        long to = parts.get(parts.size() - 1).to;
        int bodyAt = IndexFile.body(body);
        ByteBuffer head = ByteBuffer.allocate(bodyAt);
        out.sums(head, IndexFile.HEADER);
        IndexFile.head(head, chunks, relocated, from, to, bodyAt + body, bodyAt);
        file.write(0, head);
        file.force();
        ByteBuffer view = file.map((int) (bodyAt + body));
        file.close();
        String name = IndexFile.name(from, to, relocated > 0);
        files.rename(UNFINISHED, name);
        files.forceNames();
        merged = new StripeFile(files, name, view);
    }

    /** The rows of the new file: entries that continue in the next part without a gap become one chunk. */
    private final class Rows {
        private final LiveChunks runs = new LiveChunks(views, gone, partitions);
        private boolean more = runs.next();
        private int partition;
        private long base;
        private int count;

        boolean next() {
            if (!more) {
                return false;
            }
            partition = runs.partition();
            base = runs.offset();
            count = 0;
            while (more && runs.partition() == partition && runs.offset() == base + count) {
                count += runs.count();
                more = runs.next();
            }
            return true;
        }
    }
}
