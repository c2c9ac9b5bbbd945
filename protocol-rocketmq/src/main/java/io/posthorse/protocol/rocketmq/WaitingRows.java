package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.WaitingRead;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.MessageView;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The writer of waiting messages as JSON: <code>{"messages":[...],"waiting":n,"next":"token"}</code>, without {@code next}
 * at the end of the list. A message that cannot be read has its id, its time and {@code "unreadable":true}.
 */
final class WaitingRows {
    /**
     * Characters at which an answer ends, since keys and tags of a message may take 32 KB; further messages are left to the
     * next answer.
     */
    private static final int CHARS_MAX = 1 << 20;

    private final WaitingRead read;
    private final WaitingQuery query;
    private final WaitingKind kind;
    private final Lane lane;
    private final JsonWriter out = new JsonWriter();
    private int rows;
    private int chars;

    /**
     * The lane whose messages are read; unused for other kinds.
     *
     * @param next next lane with messages that wait, or -1
     */
    record Lane(int number, long delayMs, int next) {
        static final Lane NONE = new Lane(-1, 0, -1);
    }

    WaitingRows(WaitingRead read, WaitingQuery query, WaitingKind kind, Lane lane) {
        this.read = read;
        this.query = query;
        this.kind = kind;
        this.lane = lane;
    }

    /**
     * Reads the messages; may wait for the disk.
     *
     * @param waiting number of messages that wait in total
     * @param complete whether there are no messages behind those of this read
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
        boolean ended = at == 0 || complete && at == read.size();
        if (!ended) {
            long place = kind == WaitingKind.LEVEL ? lane.number : read.dueMs(at - 1);
            out.name("next").value(WaitingQuery.token(place, read.offset(at - 1)));
        } else if (lane.next >= 0) {
            out.name("next").value(WaitingQuery.token(lane.next, -1));
        }
        return out.endObject().bytes();
    }

    private long timeMs(int i) {
        return kind == WaitingKind.TIME ? read.dueMs(i) : read.writtenMs(i) + lane.delayMs;
    }

    private void row(int i) {
        ByteBuffer stored = read.message(i);
        MessageView view = stored == null ? null : view(stored);
        if (view == null ? query.sifts(kind) : !isWanted(i, view)) {
            return;
        }
        rows++;
        out.beginObject().name("id").value(kind.id(lane.number, read.offset(i)));
        if (kind == WaitingKind.TIME || view != null) {
            out.name(kind.timeName()).value(timeMs(i));
        }
        if (kind == WaitingKind.UNDECIDED) {
            out.name("asked").value(read.asked(i)).name("nextCheckTimestamp").value(read.dueMs(i));
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
                && (kind == WaitingKind.TIME || query.isIn(timeMs(i)));
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
