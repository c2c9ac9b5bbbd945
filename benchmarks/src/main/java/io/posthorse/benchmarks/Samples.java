package io.posthorse.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.posthorse.broker.Message;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.StoredMessage;
import io.posthorse.format.rocketmq.StoredFormat;
import io.posthorse.load.SendFields;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A send request as a Java producer encodes it, and the message as it is stored. */
public final class Samples {
    static final String TOPIC = "BenchmarkTopic";

    private Samples() {}

    /** Returns a complete frame outside the heap, as it comes from a socket. */
    static ByteBuf sendFrame(boolean binary, int bodyBytes) {
        Frame frame = new Frame(
                310, Frame.JAVA, Frame.VERSION, 1_234, 0, null, SendFields.of(TOPIC, 1), new byte[bodyBytes], binary);
        byte[] bytes = FrameCodec.encode(frame);
        return Unpooled.directBuffer(bytes.length).writeBytes(bytes);
    }

    /** Returns a message in its stored layout. */
    static Message message(int bodyBytes) {
        byte[] topic = TOPIC.getBytes(StandardCharsets.UTF_8);
        byte[] properties = SendFields.PROPERTIES.getBytes(StandardCharsets.UTF_8);
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
