package io.posthorse.broker.delivery;

import io.posthorse.broker.Message;
import io.posthorse.broker.MessageFormat;
import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.PlainMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.IntConsumer;

/**
 * A message of the tests: u64 id, u8 priority, u64 when it expires, u8 whether it closes its group, u8 its group or 0, u8
 * whether it is odd.
 *
 * @param odd whether who reads it fails
 */
record Letter(long id, int priority, long expiresAtMs, String group, boolean closes, boolean odd) implements Message {
    private static final byte ID = 11;
    private static final int LENGTH = 20;

    static Letter plain(long id) {
        return new Letter(id, MessageTraits.PRIORITY_STANDARD, 0, null, false, false);
    }

    static Letter read(ByteBuffer bytes, int at) {
        byte group = bytes.get(at + 18);
        String name = group == 0 ? null : new String(new byte[] {group}, StandardCharsets.US_ASCII);
        return new Letter(
                bytes.getLong(at), bytes.get(at + 8), bytes.getLong(at + 9), name, bytes.get(at + 17) != 0,
                bytes.get(at + 19) != 0);
    }

    @Override
    public int length() {
        return LENGTH;
    }

    @Override
    public int tag() {
        return 0;
    }

    @Override
    public byte format() {
        return ID;
    }

    @Override
    public int keys() {
        return 0;
    }

    @Override
    public int key(int i) {
        throw new IndexOutOfBoundsException(i);
    }

    @Override
    public void write(ByteBuffer out) {
        out.putLong(id).put((byte) priority).putLong(expiresAtMs).put((byte) (closes ? 1 : 0));
        out.put((byte) (group == null ? 0 : group.charAt(0))).put((byte) (odd ? 1 : 0));
    }

    /** How the broker reads them. */
    static final class Format implements MessageFormat {
        /** Id of the letter whose traits cannot be read; 0 for none. */
        long failsFor;

        @Override
        public byte id() {
            return ID;
        }

        @Override
        public void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs) {}

        @Override
        public String topic(ByteBuffer bytes, int at, int length) {
            return null;
        }

        @Override
        public int partition(ByteBuffer bytes, int at, int length) {
            return -1;
        }

        @Override
        public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {}

        @Override
        public MessageTraits traits(ByteBuffer bytes, int at, int length) {
            Letter letter = read(bytes, at);
            if (failsFor != 0 && letter.id == failsFor) {
                throw new IllegalArgumentException("traits that make no sense");
            }
            return new MessageTraits(letter.priority, letter.expiresAtMs, true, letter.group, letter.closes);
        }

        @Override
        public PlainMessage plain(ByteBuffer bytes, int at, int length) {
            throw new UnsupportedOperationException("nobody else reads these messages");
        }
    }
}
