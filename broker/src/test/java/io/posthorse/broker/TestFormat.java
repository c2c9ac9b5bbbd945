package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/**
 * The native bytes of the messages that the simulation sends: u64 id, u64 offset, u64 position, u64 time (these three
 * stamped by the broker), u32 target partition, and a body that id and length determine.
 */
class TestFormat implements MessageFormat {
    static final byte ID = 9;
    static final int HEADER = 36;

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs) {
        bytes.putLong(at + 8, offset).putLong(at + 16, position).putLong(at + 24, timeMs);
    }

    @Override
    public void restamp(ByteBuffer bytes, int at, long position) {
        bytes.putLong(at + 16, position);
    }

    /** These messages do not say where they belong; the ones of {@link FaultReporterTest} do. */
    @Override
    public String topic(ByteBuffer bytes, int at, int length) {
        return null;
    }

    @Override
    public int partition(ByteBuffer bytes, int at, int length) {
        return -1;
    }

    /** Every message is found by its id, and each second one by a key that many have. */
    @Override
    public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {
        long id = bytes.getLong(at);
        for (int i = 0; i < keyCount(id); i++) {
            sink.accept(key(id, i));
        }
    }

    static int keyCount(long id) {
        return id % 2 == 0 ? 2 : 1;
    }

    static int key(long id, int i) {
        return i == 0 ? KeyHash.of(0, (int) id) : KeyHash.of(0, -1 - (int) (id % 3));
    }

    static long messageId(ByteBuffer bytes) {
        return bytes.getLong(0);
    }

    static long offset(ByteBuffer bytes) {
        return bytes.getLong(8);
    }

    static long position(ByteBuffer bytes) {
        return bytes.getLong(16);
    }

    static long time(ByteBuffer bytes) {
        return bytes.getLong(24);
    }

    static int target(ByteBuffer bytes) {
        return bytes.getInt(32);
    }

    /** Whether the body is the one that was sent under that id. */
    static boolean isIntact(ByteBuffer bytes, int bodyLength) {
        if (bytes.limit() != HEADER + bodyLength) {
            return false;
        }
        for (int i = 0; i < bodyLength; i++) {
            if (bytes.get(HEADER + i) != bodyByte(messageId(bytes), i)) {
                return false;
            }
        }
        return true;
    }

    private static byte bodyByte(long id, int i) {
        return (byte) (id * 31 + i * 7L);
    }

    /** A message of that format. */
    record Sent(long messageId, int target, int bodyLength) implements Message {
        @Override
        public int length() {
            return HEADER + bodyLength;
        }

        @Override
        public int tag() {
            return (int) messageId & 3;
        }

        @Override
        public int keys() {
            return keyCount(messageId);
        }

        @Override
        public int key(int i) {
            return TestFormat.key(messageId, i);
        }

        @Override
        public byte format() {
            return ID;
        }

        @Override
        public void write(ByteBuffer out) {
            out.putLong(messageId).putLong(-1).putLong(-1).putLong(-1).putInt(target);
            for (int i = 0; i < bodyLength; i++) {
                out.put(bodyByte(messageId, i));
            }
        }
    }

    @Override
    public PlainMessage plain(ByteBuffer bytes, int at, int length) {
        throw new UnsupportedOperationException("nobody else reads these messages");
    }
}
