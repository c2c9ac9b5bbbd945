package io.posthorse.server;

import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Sums;
import io.posthorse.fuzz.reading.Target;
import io.posthorse.server.TableFile.Generation;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Table files. Input: u8 whether checksums are corrected, then the file. */
public final class TableTarget implements Target {
    private static final int HEADER = 32;

    @Override
    public void read(byte[] input) throws IOException {
        if (input.length < 1 + HEADER) {
            return;
        }
        ByteBuffer file = ByteBuffer.allocate(input.length - 1).put(input, 1, input.length - 1).flip();
        if ((input[0] & 1) == 0) {
            Sums.put(file, 24, HEADER, Math.clamp(HEADER + (long) file.getInt(12), HEADER, file.capacity()));
            Sums.put(file, 28, 0, 28);
        }
        Generation found;
        try {
            found = TableFile.decode("table", file);
        } catch (IOException e) {
            return;
        }
        if (found != null) {
            Generation again = TableFile.decode("table", TableFile.encode(found));
            Require.that(found.equals(again), "a table that is not read as it was written");
        }
    }
}
