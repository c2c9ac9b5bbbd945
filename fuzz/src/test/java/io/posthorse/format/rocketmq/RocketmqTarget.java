package io.posthorse.format.rocketmq;

import io.posthorse.broker.PlainMessage;
import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Target;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

/** Native bytes in RocketMQ's format. Input: a message, which is placed between other bytes. */
public final class RocketmqTarget implements Target {
    private static final int FRONT = 16;
    private static final int HEADER = 100;

    private final StoredFormat format = new StoredFormat();

    /** Allows for a compressed body that grows a thousand times. */
    @Override
    public long allocated(int length) {
        return (8L << 20) + 16_384L * length;
    }

    @Override
    public void read(byte[] input) {
        ByteBuffer record = surrounded(input, (byte) 0);
        Require.that(seen(record, input.length).equals(seen(surrounded(input, (byte) 1), input.length)),
                "what stands around a message counts");
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

    /** Checks that every reader can read the written message. */
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

    private static ByteBuffer surrounded(byte[] input, byte by) {
        byte[] record = new byte[FRONT + input.length + FRONT];
        Arrays.fill(record, by);
        return ByteBuffer.wrap(record).put(FRONT, input);
    }

    private List<Object> seen(ByteBuffer record, int length) {
        List<Object> found = new ArrayList<>();
        refusing(() -> format.keys(record, FRONT, length, found::add));
        found.add(asked(() -> format.topic(record, FRONT, length)));
        return found;
    }

    private static Object asked(Supplier<Object> question) {
        Object[] answer = {"refused"};
        refusing(() -> answer[0] = question.get());
        return String.valueOf(answer[0]);
    }

    /** Calls a format, which may refuse the bytes. */
    private static void refusing(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException e) {
            // invalid in the format
        }
    }
}
