package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.shortSend;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages beyond RocketMQ's standard frame length, with both sides configured for them. */
class LongMessagesTest {
    @TempDir
    Path directory;

    @Test
    void aMessageOfFortyMebibytesIsStoredAndRead() {
        try (TestBroker broker = TestBroker.start(
                directory, "maxMessageSize=67108864", "mappedFileSizeCommitLog=268435456")) {
            broker.topic("T", 1);
            byte[] body = new byte[40 << 20];
            new Random(3).nextBytes(body);
            RawClient client = broker.client();
            assertEquals(0, client.ask(SEND_SHORT, shortSend("T", 0, ""), body).code());
            Stored read = broker.read("T", 0, 0).getFirst();
            assertArrayEquals(body, read.body());
            Frame viewed = client.ask(33, Map.of("offset", "" + read.position()));
            assertEquals(0, viewed.code(), viewed.remark());
            assertArrayEquals(body, Stored.all(viewed.body()).getFirst().body());
            Frame refused = client.ask(SEND_SHORT, shortSend("T", 0, ""), new byte[(64 << 20) + 1]);
            assertEquals(13, refused.code());
        }
    }

    @Test
    void byDefaultALongerFrameEndsItsConnection() {
        try (TestBroker broker = TestBroker.start(directory)) {
            RawClient client = broker.client();
            byte[] begin = new byte[8];
            java.nio.ByteBuffer.wrap(begin).putInt(FrameCodec.FRAME_BYTES_MAX + 1);
            client.write(begin);
            assertTrue(client.isClosedByPeer());
        }
    }
}
