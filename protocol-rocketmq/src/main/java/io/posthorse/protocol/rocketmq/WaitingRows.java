package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.WaitingRead;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.MessageView;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Writes messages that wait as JSON: <code>{"messages":[...],"waiting":n,"next":"token"}</code>, without {@code next} at
 * the end of the list. A message that cannot be read has its id, its time and {@code "unreadable":true}.
 */
final class WaitingRows {
    /** Keys and tags of a message may fill 32 KB; more characters than this are left to the next answer. */
    private static final int CHARS_MAX = 1 << 20;

    private final WaitingRead read;
    private final WaitingQuery query;
    private final boolean byDueTime;
    private final JsonWriter out = new JsonWriter();
    private int rows;
    private int chars;

    WaitingRows(WaitingRead read, WaitingQuery query, boolean byDueTime) {
        this.read = read;
        this.query = query;
        this.byDueTime = byDueTime;
    }

    /**
     * Reads the messages; may wait for the disk.
     *
     * @param waiting how many wait in all
     * @param complete whether nothing is behind the messages of this read
     */
    byte[] json(long waiting, boolean complete) {
        out.beginObject().name("messages").beginArray();
        int at = 0;
        while (at < read.size() && rows < query.limit() && chars < CHARS_MAX) {
            if (read.isCommitted(at)) {
                row(at);
            }
            at++;
        }
        out.endArray().name("waiting").value(waiting);
        if (at > 0 && !(complete && at == read.size())) {
            out.name("next").value(WaitingQuery.token(read.dueMs(at - 1), read.offset(at - 1)));
        }
        return out.endObject().bytes();
    }

    private void row(int i) {
        ByteBuffer stored = read.message(i);
        MessageView view = stored == null ? null : view(stored);
        if (view == null ? query.sifts(byDueTime) : !isWanted(i, view)) {
            return;
        }
        rows++;
        out.beginObject().name("id").value(Long.toString(read.offset(i)));
        if (byDueTime) {
            out.name("deliverTimestamp").value(read.dueMs(i));
        } else if (view != null) {
            out.name("setAsideTimestamp").value(read.writtenMs(i));
        }
        if (view == null) {
            out.name("unreadable").value(true).endObject();
            return;
        }
        Map<String, String> properties = view.properties();
        text("topic", view.topic());
        out.name("queueId").value(view.queueId());
        text("msgId", properties.get("UNIQ_KEY"));
        text("keys", properties.get("KEYS"));
        text("tags", properties.get("TAGS"));
        text("producerGroup", properties.get("PGROUP"));
        out.name("bornTimestamp").value(view.bornTimestamp()).name("bodySize").value(view.bodyLength()).endObject();
    }

    private boolean isWanted(int i, MessageView view) {
        return (query.topic() == null || query.topic().equals(view.topic()))
                && (byDueTime || query.isIn(read.writtenMs(i)));
    }

    private void text(String name, String value) {
        if (value != null) {
            out.name(name).value(value);
            chars += value.length();
        }
    }

    private static MessageView view(ByteBuffer stored) {
        try {
            return MessageView.of(stored);
        } catch (MalformedFrameException e) {
            return null;
        }
    }
}
