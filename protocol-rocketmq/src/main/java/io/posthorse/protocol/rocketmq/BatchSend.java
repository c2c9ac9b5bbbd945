package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.codec.rocketmq.ResponseWriter;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.format.rocketmq.FieldNames;
import io.posthorse.format.rocketmq.OutgoingMessage;
import io.posthorse.format.rocketmq.SendProperties;
import java.util.Arrays;

/**
 * Stores a batch: each message is a record of its own, with consecutive offsets, and a crash keeps all of them or none. The
 * body is <code>{ i32 size, i32 magic, i32 crc, i32 flag, i32 + body, i16 + properties }</code> repeated.
 */
final class BatchSend {
    private static final int FIXED = 4 * 5 + 2;
    private static final int COUNT_MAX = 100_000;

    private final SendRequests sends;
    private final RemotingProtocol protocol;
    private final OutgoingMessage message;
    private final SendProperties properties;
    private byte[] text = new byte[4096];
    /** Start of each message's properties in {@link #text}, and the end of the last one's. */
    private int[] propertiesAt = new int[64];

    private int[] bodyAt = new int[64];
    private int[] bodyLength = new int[64];
    private int[] flags = new int[64];
    private long[] positions = new long[64];
    private int count;
    /** Index of the message with the longest properties. */
    private int longest;

    BatchSend(SendRequests sends, RemotingProtocol protocol, OutgoingMessage message) {
        this.sends = sends;
        this.protocol = protocol;
        this.message = message;
        this.properties = new SendProperties("", () -> 0, () -> 0);
    }

    void send(RemotingSession session, RequestHeader header, Partition partition, ByteBuf in, int start, int length) {
        read(in, start, start + length);
        if (count == 0) {
            sends.refuse(session, header, ResponseCode.MESSAGE_ILLEGAL, "the batch contains no message");
            return;
        }
        message.body = in;
        if (!accepted(session, header, length)) {
            return;
        }
        Broker broker = protocol.broker;
        long first = -1;
        for (int i = 0; i < count; i++) {
            use(i);
            if (i == 0) {
                properties.scan(message);
            } else {
                properties.scanNext(message);
            }
            positions[i] = broker.publish(partition, message, i + 1 < count);
            first = first < 0 ? broker.lastOffset(partition) : first;
        }
        if (!header.isOneWay()) {
            answer(session, header, partition, first);
        }
    }

    private boolean accepted(RemotingSession session, RequestHeader header, int length) {
        use(longest);
        // bodies and properties have the same length in the log
        int more = StoredMessage.size(message.flags(), 0, message.topicLength, 0) - FIXED;
        return sends.accepts(session, header, length, length + (long) count * more, count);
    }

    private void use(int i) {
        message.properties = text;
        message.bodyAt = bodyAt[i];
        message.bodyLength = bodyLength[i];
        message.flag = flags[i];
        message.propertiesAt = propertiesAt[i];
        message.propertiesLength = propertiesAt[i + 1] - propertiesAt[i];
    }

    private void answer(RemotingSession session, RequestHeader header, Partition partition, long first) {
        ResponseWriter out = protocol.writer;
        out.beginChangeable(header.isBinary(), header.opaque());
        out.field(FieldNames.QUEUE_ID, partition.number());
        int ids = out.open(FieldNames.MESSAGE_ID);
        for (int i = 0; i < count; i++) {
            if (i > 0) {
                out.text(',');
            }
            SendRequests.putMessageId(out, session, positions[i]);
        }
        out.close(ids);
        sends.finish(session, header, first);
    }

    private void read(ByteBuf in, int start, int end) {
        count = 0;
        longest = 0;
        int propertiesMax = 0;
        int at = start;
        int textEnd = 0;
        while (at < end) {
            if (end - at < FIXED || count == COUNT_MAX) {
                throw new MalformedFrameException("batch: a message is truncated, or there are too many");
            }
            int size = in.getInt(at);
            int body = in.getInt(at + 16);
            if (size < FIXED || size > end - at || body < 0 || body > size - FIXED) {
                throw new MalformedFrameException("batch: message " + count + " has size " + size + ", body " + body);
            }
            int length = in.getUnsignedShort(at + 20 + body);
            if (length != size - FIXED - body) {
                throw new MalformedFrameException("batch: message " + count + " has properties of length " + length);
            }
            if (length > propertiesMax) {
                propertiesMax = length;
                longest = count;
            }
            grow(textEnd + length);
            flags[count] = in.getInt(at + 12);
            bodyAt[count] = at + 20;
            bodyLength[count] = body;
            propertiesAt[count] = textEnd;
            in.getBytes(at + 22 + body, text, textEnd, length);
            textEnd += length;
            propertiesAt[++count] = textEnd;
            at += size;
        }
    }

    private void grow(int textLength) {
        if (text.length < textLength) {
            text = Arrays.copyOf(text, textLength * 2);
        }
        if (propertiesAt.length < count + 2) {
            propertiesAt = Arrays.copyOf(propertiesAt, propertiesAt.length * 2);
            bodyAt = Arrays.copyOf(bodyAt, bodyAt.length * 2);
            bodyLength = Arrays.copyOf(bodyLength, bodyLength.length * 2);
            flags = Arrays.copyOf(flags, flags.length * 2);
            positions = Arrays.copyOf(positions, positions.length * 2);
        }
    }
}
