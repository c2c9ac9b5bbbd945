package io.posthorse.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.posthorse.broker.Message;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.format.rocketmq.StoredFormat;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A send request as a Java producer writes it, and the message that becomes of it. */
public final class Samples {
    static final String TOPIC = "BenchmarkTopic";
    static final String PROPERTIES =
            "KEYS\u0001order-4711\u0002UNIQ_KEY\u0001AC11000100017A81616E2B1E5C7B0000\u0002"
            + "WAIT\u0001true\u0002TAGS\u0001red";

    private Samples() {}

    /** A whole frame outside the heap, as it comes from a socket. */
    static ByteBuf sendFrame(boolean binary, int bodyBytes) {
        Frame frame = new Frame(
                310, Frame.JAVA, Frame.VERSION, 1_234, 0, null, sendFields(TOPIC, 1), new byte[bodyBytes], binary);
        byte[] bytes = FrameCodec.encode(frame);
        return Unpooled.directBuffer(bytes.length).writeBytes(bytes);
    }

    /** The fields of a send, by their short names. */
    public static Map<String, String> sendFields(String topic, int queue) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("a", "BenchmarkProducers");
        fields.put("b", topic);
        fields.put("c", "TBW102");
        fields.put("d", "4");
        fields.put("e", Integer.toString(queue));
        fields.put("f", "0");
        fields.put("g", "1700000000000");
        fields.put("h", "0");
        fields.put("i", PROPERTIES);
        fields.put("j", "0");
        fields.put("k", "false");
        fields.put("m", "false");
        return fields;
    }

    /** A message laid out as it is stored. */
    static Message message(int bodyBytes) {
        byte[] topic = TOPIC.getBytes(StandardCharsets.UTF_8);
        byte[] properties = PROPERTIES.getBytes(StandardCharsets.UTF_8);
        byte[] bytes = new byte[StoredMessage.size(0, bodyBytes, topic.length, properties.length)];
        ByteBuffer out = ByteBuffer.wrap(bytes);
        out.putInt(StoredMessage.TOTAL_SIZE, bytes.length).putInt(StoredMessage.MAGIC, StoredMessage.MAGIC_VALUE);
        out.position(StoredMessage.bodyLength(0)).putInt(bodyBytes).put(new byte[bodyBytes]);
        out.put((byte) topic.length).put(topic).putShort((short) properties.length).put(properties);
        return new Laid(bytes);
    }

    private record Laid(byte[] bytes) implements Message {
        @Override
        public int length() {
            return bytes.length;
        }

        @Override
        public int tag() {
            return 7;
        }

        @Override
        public int keys() {
            return 1;
        }

        @Override
        public int key(int i) {
            return bytes.length;
        }

        @Override
        public byte format() {
            return StoredFormat.ID;
        }

        @Override
        public void write(ByteBuffer out) {
            out.put(bytes);
        }
    }
}
