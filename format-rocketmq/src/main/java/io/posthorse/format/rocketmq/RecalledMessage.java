package io.posthorse.format.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.LogQuery;
import io.posthorse.broker.WaitingRead;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.MessageView;
import java.nio.ByteBuffer;
import java.util.stream.IntStream;

/**
 * Finds the message of a {@link RecallHandle}. A message that waits for long is carried out of old segments and then waits
 * under another offset than the one in its handle; it is found among those that are due in the same millisecond.
 */
public final class RecalledMessage {
    /** Maximum messages of one millisecond that are examined. */
    private static final int EXAMINED_MAX = 10_000;

    private RecalledMessage() {}

    /**
     * Returns the offset under which the message waits now, or -1 where it no longer waits.
     *
     * @throws io.posthorse.broker.NotResidentException where the message must first be read from the disk
     */
    public static long offset(Broker broker, RecallHandle handle) {
        long position = broker.delayed().position(handle.offset());
        if (position >= 0 && matches(broker.resident().message(position), handle)) {
            return handle.offset();
        }
        return broker.resident().answer(new Whereabouts(broker, handle));
    }

    /** A query for the present offset of a carried message; -1 where it no longer waits. */
    private record Whereabouts(Broker broker, RecallHandle handle) implements LogQuery<Long> {
        @Override
        public Search<Long> begin() {
            WaitingRead read = broker.delayed().read(handle.dueMs() - 1, Long.MAX_VALUE, handle.dueMs() + 1, EXAMINED_MAX);
            return new Search<>() {
                @Override
                public Long find() {
                    return IntStream.range(0, read.size()).filter(i -> matches(read.message(i), handle))
                            .mapToObj(read::offset).findFirst().orElse(-1L);
                }

                @Override
                public void end() {
                    read.end();
                }
            };
        }
    }

    private static boolean matches(ByteBuffer stored, RecallHandle handle) {
        if (stored == null) {
            return false;
        }
        try {
            MessageView view = MessageView.of(stored);
            return view.topic().equals(handle.topic()) && handle.uniqueKey().equals(view.properties().get("UNIQ_KEY"));
        } catch (MalformedFrameException e) {
            return false;
        }
    }
}
