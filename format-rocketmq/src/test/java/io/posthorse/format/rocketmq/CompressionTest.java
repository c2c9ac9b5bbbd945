package io.posthorse.format.rocketmq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import com.github.luben.zstd.ZstdOutputStream;
import io.netty.buffer.Unpooled;
import io.posthorse.broker.PlainMessage;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bodies compressed by the libraries that RocketMQ's clients use. */
class CompressionTest {
    enum Method {
        OLD(0), GZIP(0), LZ4(1), LZ4_CHECKED(1), ZSTD(2), ZLIB(3);

        private final int flags;

        Method(int bits) {
            flags = StoredMessage.FLAG_COMPRESSED | bits << 8;
        }

        byte[] packed(byte[] plain) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (OutputStream out = stream(bytes)) {
                out.write(plain);
            }
            return bytes.toByteArray();
        }

        private OutputStream stream(OutputStream to) throws IOException {
            return switch (this) {
                case OLD, ZLIB -> new DeflaterOutputStream(to);
                case GZIP -> new GZIPOutputStream(to);
                case LZ4 -> new LZ4FrameOutputStream(to);
                case LZ4_CHECKED -> new LZ4FrameOutputStream(to, LZ4FrameOutputStream.BLOCKSIZE.SIZE_64KB, -1,
                        LZ4FrameOutputStream.FLG.Bits.BLOCK_INDEPENDENCE, LZ4FrameOutputStream.FLG.Bits.BLOCK_CHECKSUM,
                        LZ4FrameOutputStream.FLG.Bits.CONTENT_CHECKSUM);
                case ZSTD -> new ZstdOutputStream(to, 5);
            };
        }
    }

    @ParameterizedTest
    @EnumSource
    void bodiesOfAllMethodsAreDecompressed(Method method) throws IOException {
        Random random = new Random(7);
        for (int length : new int[] {0, 1, 12, 13, 300, 65_536, 1_000_000}) {
            byte[] noise = new byte[length];
            random.nextBytes(noise);
            String text = "body-of-a-message ".repeat(length / 18 + 1).substring(0, length);
            byte[] words = text.getBytes(StandardCharsets.UTF_8);
            byte[] mixed = words.clone();
            System.arraycopy(noise, 0, mixed, 0, length / 3);
            for (byte[] plain : new byte[][] {noise, words, mixed, new byte[length]}) {
                assertArrayEquals(plain, Compression.plain(method.packed(plain), method.flags));
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void bodiesBeyondTheLimitAreNotDecompressed(Method method) throws IOException {
        byte[] longest = new byte[Compression.PLAIN_MAX];
        assertEquals(longest.length, Compression.plain(method.packed(longest), method.flags).length);
        assertNull(Compression.plain(method.packed(new byte[Compression.PLAIN_MAX + 1]), method.flags));
    }

    @ParameterizedTest
    @EnumSource
    void damagedBodiesCauseNoException(Method method) throws IOException {
        byte[] packed = method.packed("a body of some length, of some length".repeat(50).getBytes(StandardCharsets.UTF_8));
        for (int length = 0; length < packed.length; length++) {
            Compression.plain(Arrays.copyOf(packed, length), method.flags);
        }
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            byte[] damaged = packed.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            Compression.plain(damaged, method.flags);
        }
    }

    @Test
    void uncompressedBodiesAreUnchanged() {
        byte[] body = {1, 2, 3};
        assertSame(body, Compression.plain(body, 2 << 8));
        assertNull(Compression.plain(body, StoredMessage.FLAG_COMPRESSED | 7 << 8));
    }

    @ParameterizedTest
    @EnumSource
    void clientsOfOtherProtocolsSeeTheText(Method method) throws IOException {
        byte[] body = method.packed("body".repeat(100).getBytes(StandardCharsets.UTF_8));
        assertEquals(new PlainMessage.Text("body".repeat(100)), shown(body, method.flags));
        byte[] damaged = {1, 2, 3};
        assertArrayEquals(damaged, ((PlainMessage.Bytes) shown(damaged, method.flags)).bytes(), "damaged: not text");
    }

    private static PlainMessage.Body shown(byte[] body, int flags) {
        OutgoingMessage message = new OutgoingMessage();
        message.systemFlag = flags;
        message.bornHost = new Host(new byte[4], 0);
        message.storeHost = message.bornHost;
        message.topic = new byte[] {'t'};
        message.topicLength = 1;
        message.properties = "AMQ_MSG_TYPE\u0001text\u0002".getBytes(StandardCharsets.UTF_8);
        message.propertiesLength = message.properties.length;
        message.body = Unpooled.wrappedBuffer(body);
        message.bodyLength = body.length;
        ByteBuffer stored = ByteBuffer.allocate(message.length());
        message.write(stored);
        return new StoredFormat().plain(stored.clear(), 0, stored.capacity()).body();
    }
}
