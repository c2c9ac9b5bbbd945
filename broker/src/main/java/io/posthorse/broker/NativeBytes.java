package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/** A message whose native bytes are in memory. */
final class NativeBytes implements Message {
    private final byte format;
    private final int tag;
    private final byte[] bytes;
    private final int[] keys;

    private NativeBytes(byte format, int tag, byte[] bytes, int[] keys) {
        this.format = format;
        this.tag = tag;
        this.bytes = bytes;
        this.keys = keys;
    }

    /** Copies the present bytes of a message. */
    static NativeBytes of(Message message) {
        if (message instanceof NativeBytes taken) {
            return taken;
        }
        byte[] bytes = new byte[message.length()];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        message.write(out);
        if (out.hasRemaining()) {
            throw new IllegalStateException("a message wrote " + out.remaining() + " bytes less than it announced");
        }
        int[] keys = new int[message.keys()];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = message.key(i);
        }
        return new NativeBytes(message.format(), message.tag(), bytes, keys);
    }

    /**
     * Reads u8 format, u32 tag, u32 length and the bytes.
     *
     * @throws MalformedEventException where they are missing or wrong
     */
    static NativeBytes read(ByteBuffer in, MessageFormat[] formats) {
        byte format = FieldCodec.number8(in);
        int tag = FieldCodec.number(in);
        byte[] bytes = new byte[FieldCodec.count(in, 1)];
        in.get(bytes);
        FieldCodec.require(format >= 0 && formats[format] != null, "a message of the format %d, which this release does not"
                + " know",
                format);
        return new NativeBytes(format, tag, bytes, keys(formats[format], bytes));
    }

    /** Stamps the bytes as a test; storing them stamps them again, with their position. */
    void stamp(MessageFormat by, long timeMs) {
        by.stamp(ByteBuffer.wrap(bytes), 0, 0, 0, timeMs);
    }

    private static int[] keys(MessageFormat format, byte[] bytes) {
        IntStream.Builder found = IntStream.builder();
        try {
            format.keys(ByteBuffer.wrap(bytes), 0, bytes.length, found);
        } catch (RuntimeException | StackOverflowError e) {
            return new int[0]; // malformed in its format: it is found by offset only
        }
        return found.build().toArray();
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
