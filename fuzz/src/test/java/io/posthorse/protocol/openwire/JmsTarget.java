package io.posthorse.protocol.openwire;

import io.posthorse.broker.PlainMessage;
import io.posthorse.format.rocketmq.StoredFormat;
import io.posthorse.fuzz.reading.Require;
import io.posthorse.fuzz.reading.Target;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Native bytes in the format of JMS messages. Input: a message, which is placed between other bytes. */
public final class JmsTarget implements Target {
    private static final int FRONT = 16;

    private final StoredForm form = new StoredForm();
    private final StoredFormat shownTo = new StoredFormat();

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
        refusing(() -> plain[0] = form.plain(record, FRONT, input.length));
        if (plain[0] != null) {
            ByteBuffer[] shown = new ByteBuffer[1];
            refusing(() -> shown[0] = shownTo.render(plain[0]));
            if (shown[0] != null) {
                PlainMessage other = shownTo.plain(shown[0], 0, shown[0].capacity());
                Require.that(other.place().offset() == plain[0].place().offset(), "another message");
            }
        }
    }

    private static ByteBuffer surrounded(byte[] input, byte by) {
        byte[] record = new byte[FRONT + input.length + FRONT];
        Arrays.fill(record, by);
        return ByteBuffer.wrap(record).put(FRONT, input);
    }

    private List<Object> seen(ByteBuffer record, int length) {
        List<Object> found = new ArrayList<>();
        refusing(() -> form.keys(record, FRONT, length, found::add));
        found.add(asked(() -> form.topic(record, FRONT, length)));
        found.add(asked(() -> form.traits(record, FRONT, length)));
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
