package io.posthorse.protocol.openwire;

import io.posthorse.broker.PlainMessage;
import io.posthorse.format.rocketmq.StoredFormat;
import io.posthorse.fuzz.target.Require;
import io.posthorse.fuzz.target.Target;
import java.nio.ByteBuffer;

/** Native bytes in the form of JMS messages. An input is a message, in front of and behind others' bytes. */
public final class JmsTarget implements Target {
    private static final int FRONT = 16;

    private final StoredForm form = new StoredForm();
    private final StoredFormat shownTo = new StoredFormat();

    /** A compressed body may become a thousand times as long. */
    @Override
    public long allocated(int length) {
        return (8L << 20) + 16_384L * length;
    }

    @Override
    public void read(byte[] input) {
        ByteBuffer record = ByteBuffer.allocate(FRONT + input.length + FRONT).put(FRONT, input);
        refusing(() -> form.keys(record, FRONT, input.length, key -> { }));
        refusing(() -> form.topic(record, FRONT, input.length));
        refusing(() -> form.partition(record, FRONT, input.length));
        refusing(() -> form.traits(record, FRONT, input.length));
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

    /** Whoever calls a format expects that it may refuse. */
    private static void refusing(Runnable part) {
        try {
            part.run();
        } catch (RuntimeException e) {
            // of no sense to the format
        }
    }
}
