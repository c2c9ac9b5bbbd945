package io.posthorse.auth;

import io.posthorse.auth.AccessFile.Generation;
import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Sums;
import io.posthorse.fuzz.reading.Target;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Access files, with a key of zeros. Input: u8 whether checksums are corrected, then the file. */
public final class AccessTarget implements Target {
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
        SecretCipher cipher = new SecretCipher(new byte[32], new SeededEntropy(1));
        Generation found;
        try {
            found = AccessFile.decode("access-1.acl", file, cipher);
        } catch (IOException e) {
            return;
        }
        if (found != null) {
            Generation again = AccessFile.decode("access-1.acl", AccessFile.encode(found, cipher), cipher);
            Require.that(again != null && again.number() == found.number()
                    && again.table().users().equals(found.table().users())
                    && again.table().rules().equals(found.table().rules()), "rules that are not read as they were written");
        }
    }
}
