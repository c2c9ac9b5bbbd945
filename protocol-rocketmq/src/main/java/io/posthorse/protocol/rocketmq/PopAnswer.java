package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.LentBatch;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The answer to a request for messages: their bytes, and for each queue the first offset and all offsets, from which clients
 * make the receipt of each message.
 */
final class PopAnswer {
    /** Number in place of a queue of RocketMQ's bookkeeping; 999 means that the queue is read in order. */
    private static final String REVIVE_QUEUE = "0";

    private static final String REVIVE_QUEUE_ORDERED = "999";

    private final long receipt;
    private final long leaseMs;
    private final boolean ordered;
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private final StringBuilder starts = new StringBuilder();
    private final StringBuilder offsets = new StringBuilder();
    private final StringBuilder attempts = new StringBuilder();
    private int count;

    PopAnswer(long receipt, long leaseMs, boolean ordered) {
        this.receipt = receipt;
        this.leaseMs = leaseMs;
        this.ordered = ordered;
    }

    int count() {
        return count;
    }

    /** Returns the bytes of its messages so far. */
    int bytes() {
        return body.size();
    }

    /** Adds the messages lent from a queue. */
    void add(int queue, LentBatch lent) {
        byte[] bytes = new byte[lent.messages().bytes()];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        lent.messages().copy(out, 0);
        separate(starts).append("0 ").append(queue).append(' ').append(lent.offset(0));
        separate(offsets).append("0 ").append(queue).append(' ');
        int at = 0;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < lent.count(); i++) {
            offsets.append(i == 0 ? "" : ",").append(lent.offset(i));
            int times = lent.deliveries(i) - 1;
            if (times > 0) {
                int countAt = at + StoredMessage.reconsumeTimes(out.getInt(at + StoredMessage.SYSTEM_FLAG));
                out.putInt(countAt, out.getInt(countAt) + times);
            }
            if (ordered) {
                separate(attempts).append("0 qo").append(queue).append('%').append(lent.offset(i)).append(' ').append(times);
            }
            least = Math.min(least, times);
            at += lent.length(i);
        }
        if (ordered) {
            separate(attempts).append("0 ").append(queue).append(' ').append(least);
        }
        body.writeBytes(bytes);
        count += lent.count();
    }

    private static StringBuilder separate(StringBuilder text) {
        return text.isEmpty() ? text : text.append(';');
    }

    Frame frame(Frame request, long left) {
        Map<String, String> fields = new HashMap<>();
        fields.put("popTime", Long.toString(receipt));
        fields.put("invisibleTime", Long.toString(leaseMs));
        fields.put("reviveQid", ordered ? REVIVE_QUEUE_ORDERED : REVIVE_QUEUE);
        fields.put("restNum", Long.toString(left));
        fields.put("startOffsetInfo", starts.toString());
        fields.put("msgOffsetInfo", offsets.toString());
        if (ordered) {
            fields.put("orderCountInfo", attempts.toString());
        }
        return request.answer(ResponseCode.SUCCESS, "FOUND", fields, body.toByteArray());
    }

    static String reviveQueue(boolean ordered) {
        return ordered ? REVIVE_QUEUE_ORDERED : REVIVE_QUEUE;
    }
}
