package io.posthorse.fuzz;

import io.posthorse.fuzz.reading.Target;
import java.nio.ByteBuffer;

/** A decoder with a planted fault, which only an input with 64 given bits reaches. */
final class CanaryTarget implements Target {
    private static final int MAGIC = 0x50484341;
    private static final int LENGTH = 0x4E415259;

    @Override
    public void read(byte[] input) {
        ByteBuffer in = ByteBuffer.wrap(input);
        if (input.length >= 8 && in.getInt(0) == MAGIC) {
            if (in.getInt(4) == LENGTH) {
                throw new IllegalStateException("the canary's fault was found");
            }
        }
    }
}
