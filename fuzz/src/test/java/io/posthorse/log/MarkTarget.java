package io.posthorse.log;

import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Sums;
import io.posthorse.fuzz.reading.Target;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The file {@code durable}. Input: u8 flags (bit n: the checksums of slot n are not corrected), then the file. */
public final class MarkTarget implements Target {
    private static final int SLOT = 64;

    @Override
    public void read(byte[] input) throws IOException {
        if (input.length == 0) {
            return;
        }
        ByteBuffer file = ByteBuffer.allocate(input.length - 1).put(input, 1, input.length - 1).flip();
        for (int slot = 0; slot < 2 && file.capacity() >= (slot + 1) * SLOT; slot++) {
            if ((input[0] >> slot & 1) == 0) {
                ByteBuffer bytes = file.slice(slot * SLOT, SLOT);
                bytes.put(16, (byte) (bytes.get(16) & 0x3F)); // no counter gets higher
                Sums.put(bytes, 44, 0, 44);
                Sums.put(bytes, 56, 48, 56);
            }
        }
        FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
        try (StoredFile to = files.open("durable")) {
            to.write(0, file);
        }
        DurableMark mark = DurableMark.open(files, true);
        DurableMark.Last last;
        try {
            last = mark.read();
        } catch (NewerFormatException e) {
            return;
        }
        mark.begin(last.position() + 8, last.epoch() + 1);
        DurableMark.Last next = DurableMark.open(files, true).read();
        Require.that(next.position() == last.position() + 8 && next.epoch() == last.epoch() + 1 && !next.closed(),
                "what was written does not count: " + next + " after " + last);
    }
}
