package io.posthorse.format.rocketmq;

import io.posthorse.broker.PlainMessage;
import io.posthorse.fuzz.target.Require;
import io.posthorse.fuzz.target.Target;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/** Native bytes in RocketMQ's form. An input is a message, in front of and behind others' bytes. */
public final class RocketmqTarget implements Target {
    private static final int FRONT = 16;
    private static final int HEADER = 100;

    private final StoredFormat format = new StoredFormat();

    /** A compressed body may become a thousand times as long. */
    @Override
    public long allocated(int length) {
        return (8L << 20) + 16_384L * length;
    }

    @Override
    public void read(byte[] input) {
        ByteBuffer record = ByteBuffer.allocate(FRONT + input.length + FRONT).put(FRONT, input);
        refusing(() -> format.keys(record, FRONT, input.length, key -> { }));
        refusing(() -> format.topic(record, FRONT, input.length));
        refusing(() -> format.partition(record, FRONT, input.length));
        PlainMessage[] plain = new PlainMessage[1];
        refusing(() -> plain[0] = format.plain(record, FRONT, input.length));
        if (plain[0] != null && input.length >= HEADER) {
            ByteBuffer[] shown = new ByteBuffer[1];
            refusing(() -> shown[0] = format.render(plain[0]));
            if (shown[0] != null) {
                again(shown[0]);
            }
        }
    }

    /** What was written here can be read by everybody. */
    private void again(ByteBuffer shown) {
        PlainMessage plain = format.plain(shown, 0, shown.capacity());
        format.keys(shown, 0, shown.capacity(), key -> { });
        Require.that(plain.place().topic().equals(format.topic(shown, 0, shown.capacity())), "another topic");
        ByteBuffer next = format.render(plain);
        PlainMessage then = format.plain(next, 0, next.capacity());
        Require.that(then.place().equals(plain.place()) && then.traits().equals(plain.traits())
                && then.properties().equals(plain.properties()) && Objects.equals(then.id(), plain.id())
                && Objects.equals(then.tag(), plain.tag()) && same(then.body(), plain.body()),
                "a message that is not read as it was written: " + plain + ", " + then);
    }

    private static boolean same(PlainMessage.Body one, PlainMessage.Body other) {
        return one instanceof PlainMessage.Bytes a && other instanceof PlainMessage.Bytes b
                ? Arrays.equals(a.bytes(), b.bytes())
                : one instanceof PlainMessage.Opaque c && other instanceof PlainMessage.Opaque d
                        ? Arrays.equals(c.bytes(), d.bytes())
                        : one.equals(other);
    }

    /** Whoever calls a format expects that it may refuse. */
    private static void refusing(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException e) {
            // of no sense to the format
        }
    }
}
