package io.posthorse.broker;

import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Sums;
import io.posthorse.fuzz.reading.Target;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Set;

/** The file {@code set-aside}. Input: u8 whether checksums are corrected, then the file. */
public final class SetAsideTarget implements Target {
    @Override
    public void read(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        byte[] file = Arrays.copyOfRange(input, 1, input.length);
        if ((input[0] & 1) == 0 && file.length >= 24) {
            ByteBuffer bytes = ByteBuffer.wrap(file);
            Sums.put(bytes, 16, 24, Math.clamp(24 + bytes.getInt(12) * 8L, 24, file.length));
            Sums.put(bytes, 20, 0, 20);
        }
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
        try (StoredFile to = files.open(SetAside.NAME)) {
            to.write(0, ByteBuffer.wrap(file));
        }
        Set<Long> positions;
        try {
            positions = SetAside.read(files);
        } catch (IOException e) {
            return;
        }
        boolean known = positions.contains(77L);
        int count = SetAside.add(files, 77);
        Require.that(count == positions.size() + (known ? 0 : 1), "positions were lost");
        positions.add(77L);
        Require.that(SetAside.read(files).equals(positions), "other positions than were written");
    }
}
