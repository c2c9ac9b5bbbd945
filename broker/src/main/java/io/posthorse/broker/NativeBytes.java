package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/** A message whose native bytes are at hand. */
final class NativeBytes implements Message {
    private final byte format;
    private final int tag;
    private final byte[] bytes;
    private final int[] keys;

    /** Reads u8 format, u32 tag, u32 length and the bytes. */
    NativeBytes(ByteBuffer in, MessageFormat[] formats) {
        format = in.get();
        tag = in.getInt();
        bytes = new byte[in.getInt()];
        in.get(bytes);
        IntStream.Builder found = IntStream.builder();
        formats[format].keys(ByteBuffer.wrap(bytes), 0, bytes.length, found);
        keys = found.build().toArray();
    }

    @Override
    public int length() {
        return bytes.length;
    }

    @Override
    public int tag() {
        return tag;
    }

    @Override
    public byte format() {
        return format;
    }

    @Override
    public int keys() {
        return keys.length;
    }

    @Override
    public int key(int i) {
        return keys[i];
    }

    @Override
    public void write(ByteBuffer out) {
        out.put(bytes);
    }
}
