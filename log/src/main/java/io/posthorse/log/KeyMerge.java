package io.posthorse.log;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A merge of several adjacent key files into one, in steps, as {@link IndexMerge} does. */
final class KeyMerge {
    private static final String UNFINISHED = "unfinished-merged-keys";
    /** Marks the end of a part; no entry's record can begin so near the end of the longest stretch. */
    private static final long NONE = Long.MAX_VALUE;

    private final FileStore files;
    private final List<SortedKeys> parts;
    private final GoneRanges gone;
    private final List<KeyView> views = new ArrayList<>();
    private final long from;
    private int[] at;
    /** The next entry of each part, as one of the new file, or {@link #NONE}. */
    private long[] heads;

    private int body;
    private int entries;
    private StoredFile file;
    private BlockWriter out;
    private SortedKeys merged;

    KeyMerge(FileStore files, List<SortedKeys> parts, GoneRanges gone) {
        this.files = files;
        this.parts = parts;
        this.gone = gone;
        this.from = parts.get(0).from;
    }

    List<SortedKeys> parts() {
        return parts;
    }

    /** Returns the new file, or null while it is not whole. */
    SortedKeys merged() {
        return merged;
    }

    /** Returns whether the new file would exceed its size limit; known after the first step. */
    boolean isTooLong() {
        return views.stream().mapToLong(KeyView::length).sum() > MergePlan.BYTES_MAX;
    }

    /**
     * Does the next step, in the background.
     *
     * @throws DamagedFile where a part is damaged
     */
    void step() throws IOException {
        if (views.isEmpty()) {
            open();
        } else if (heads[lowest()] != NONE) {
            entries();
        } else {
            end();
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

    private void open() throws IOException {
        long most = 0;
        for (SortedKeys part : parts) {
            KeyView view = part.view();
            if (view == null) {
                throw new DamagedFile(part);
            }
            views.add(view);
            most += view.entries;
        }
        at = new int[views.size()];
        heads = new long[views.size()];
        for (int i = 0; i < heads.length; i++) {
            follow(i);
        }
        body = KeyFile.body(most);
        files.delete(UNFINISHED);
        file = files.open(UNFINISHED);
        out = new BlockWriter(file, body);
    }

    /** Reads the next entry of a part that is not gone. */
    private void follow(int i) {
        KeyView view = views.get(i);
        while (at[i] < view.entries) {
            long entry = view.entry(at[i]);
            long position = parts.get(i).position(entry);
            if (!gone.holds(position)) {
                heads[i] = entry & 0xFFFFFFFF00000000L | (position - from) >>> 3;
                return;
            }
            at[i]++;
        }
        heads[i] = NONE;
    }

    /** Returns the part with the lowest of the next entries. */
    private int lowest() {
        int lowest = 0;
        for (int i = 1; i < heads.length; i++) {
            if (heads[i] < heads[lowest]) {
                lowest = i;
            }
        }
        return lowest;
    }

    private void entries() throws IOException {
        long bound = out.bytes() + IndexMerge.STEP_BYTES;
        int lowest = lowest();
        while (out.bytes() < bound && heads[lowest] != NONE) {
            out.putLong(heads[lowest]);
            entries++;
            at[lowest]++;
            follow(lowest);
            lowest = lowest();
        }
        file.force();
    }

    private void end() throws IOException {
        out.end();
        long to = parts.get(parts.size() - 1).to;
        ByteBuffer head = ByteBuffer.allocate(body);
        out.sums(head, KeyFile.SUMS);
        long firstMs = views.stream().mapToLong(view -> view.firstMs).min().orElse(0);
        long lastMs = views.stream().mapToLong(view -> view.lastMs).max().orElse(0);
        KeyFile.head(head, entries, from, to, firstMs, lastMs, body);
        file.write(0, head);
        file.force();
        file.close();
        String name = KeyFile.name(from, to);
        files.rename(UNFINISHED, name);
        files.forceNames();
        merged = new SortedKeys(files, name, body + out.bytes());
    }
}
