package io.posthorse.server;

import io.posthorse.broker.Message;
import io.posthorse.broker.MessageFormat;
import io.posthorse.broker.PlainMessage;
import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/** Native bytes of any length, in which nothing is stamped. */
final class PlainFormat implements MessageFormat {
    private static final byte ID = 9;

    /** A message of a length, whose bytes depend on a number. */
    record Text(int length, long number) implements Message {
        @Override
        public int tag() {
            return (int) number;
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
            return 0;
        }

        @Override
        public void write(ByteBuffer out) {
            for (int i = 0; i < length; i++) {
                out.put((byte) (number >> (i & 7) * 8));
            }
        }
    }

    @Override
    public byte id() {
        return ID;
    }

    @Override
    public void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs) {
        // nothing depends on it
    }

    @Override
    public String topic(ByteBuffer bytes, int at, int length) {
        return null;
    }

    @Override
    public int partition(ByteBuffer bytes, int at, int length) {
        return -1;
    }

    @Override
    public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {
        // it has none
    }

    @Override
    public PlainMessage plain(ByteBuffer bytes, int at, int length) {
        return null;
    }
}
