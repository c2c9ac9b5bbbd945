package io.posthorse.log;

import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Sums;
import io.posthorse.fuzz.reading.Target;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Key files. Input: u8 whether checksums are corrected, then the file. */
public final class KeysTarget implements Target {
    private static final int HEADER = 56;

    @Override
    public void read(byte[] input) throws IOException {
        if (input.length < 1 + HEADER) {
            return;
        }
        ByteBuffer file = ByteBuffer.allocate(input.length - 1).put(input, 1, input.length - 1).flip();
        if ((input[0] & 1) == 0) {
            right(file);
        }
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
        String name = KeyFile.name(Math.max(0, file.getLong(16)), Math.max(0, file.getLong(24)));
        try (StoredFile to = files.open(name)) {
            to.write(0, file.duplicate());
        }
        KeyView view;
        try {
            view = KeyFile.open(files, name, "an input");
        } catch (NewerFormatException e) {
            return;
        }
        SortedKeys keys = new SortedKeys(files, name, 0);
        Require.that(view == null || keys.view() != null, "a file that is whole for one and damaged for the other");
        if (view != null) {
            look(view, keys);
        }
    }

    private static void right(ByteBuffer file) {
        boolean old = file.getInt(8) == 1;
        int body = old || file.capacity() < KeyFile.SUMS ? HEADER : file.getInt(56);
        if (!old && body >= KeyFile.SUMS && body <= file.capacity()
                && KeyFile.SUMS + CheckedBytes.blocks(file.capacity() - body) * 4L <= body) {
            CheckedBytes.sum(file, KeyFile.SUMS, body);
        }
        if (old) {
            Sums.put(file, 48, HEADER, file.capacity());
        } else {
            Sums.put(file, 48, HEADER, body);
        }
        Sums.put(file, 52, 0, 52);
    }

    private static void look(KeyView view, SortedKeys keys) {
        int[] told = new int[1];
        try {
            keys.isWithin(view.firstMs, view.lastMs);
            for (int i = 0; i < view.entries; i++) {
                int hash = (int) (view.entry(i) >>> 32);
                keys.find(hash, position -> {
                    Require.that(position >= keys.from, "a position before the stretch");
                    return ++told[0] < 10_000;
                });
            }
        } catch (DamagedFile e) {
            // the reader creates it again
        }
    }
}
