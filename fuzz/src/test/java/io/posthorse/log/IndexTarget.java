package io.posthorse.log;

import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Sums;
import io.posthorse.fuzz.reading.Target;
import java.nio.ByteBuffer;

/**
 * Index files. Input: u8 flags (bit 0: checksums are not corrected; bit 1: the length in the file is not corrected), then
 * the file.
 */
public final class IndexTarget implements Target {
    private static final int OLD_HEADER = 48;

    @Override
    public void read(byte[] input) {
        if (input.length < 1 + OLD_HEADER) {
            return;
        }
        ByteBuffer file = ByteBuffer.allocate(input.length - 1).put(input, 1, input.length - 1).flip();
        if ((input[0] & 1) == 0) {
            right(file, (input[0] & 2) == 0);
        }
        IndexView view = IndexView.of(file.asReadOnlyBuffer(), file.getLong(16), file.getLong(24), "an input");
        if (view == null) {
            return;
        }
        try {
            look(view);
        } catch (DamagedFile e) {
            // the reader creates it again
        }
    }

    private static void right(ByteBuffer file, boolean length) {
        if (length) {
            file.putLong(32, file.capacity());
        }
        boolean old = file.getInt(8) == 2;
        int body = old || file.capacity() < IndexFile.HEADER ? OLD_HEADER : file.getInt(52);
        if (!old && body >= IndexFile.HEADER && body <= file.capacity()
                && IndexFile.HEADER + CheckedBytes.blocks(file.capacity() - body) * 4L <= body) {
            CheckedBytes.sum(file, IndexFile.HEADER, body);
        }
        Sums.put(file, 40, OLD_HEADER, old ? file.capacity() : body);
        Sums.put(file, 44, 0, 44);
    }

    private static void look(IndexView view) {
        for (int row = 0; row < view.chunks; row++) {
            int partition = view.partition(row);
            Chunk chunk = view.chunk(row);
            for (int i = 0; i < chunk.count(); i++) {
                Require.that(chunk.position(i) >= view.from && chunk.length(i) >= 0
                        && chunk.position(i) + RecordFormat.NATIVE + chunk.length(i) <= view.to, "a record elsewhere");
                int tag = chunk.tag(i);
                Require.that(chunk.tag(i) == tag && chunk.readableFrom(i) > 0, "an entry that changes");
            }
            Require.that(view.lastRow(partition) < view.chunks, "a row that is not there");
            long middle = chunk.base + chunk.count() / 2;
            Chunk ceiling = view.ceiling(partition, middle);
            Require.that(ceiling == null || ceiling.end() > middle, "a chunk that ends before it is looked for");
            view.above(partition, chunk.position(chunk.count() - 1));
        }
        for (int i = 0; i < view.relocated; i++) {
            RelocatedRecord there = view.relocated(i);
            Require.that(there.position >= view.from && there.length >= 0
                    && there.position + RecordFormat.NATIVE + there.length <= view.to, "a relocated record elsewhere");
            RelocatedRecord found = view.relocated(there.partition, there.base, Long.MAX_VALUE, position -> true);
            Require.that(found == null || found.partition == there.partition, "a message of another partition");
        }
    }
}
