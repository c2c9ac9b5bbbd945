package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invalid frames close only their own connection; valid ones may arrive in any pieces. */
class BrokenFramesTest {
    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient other;

    @BeforeEach
    void start() {
        broker = TestBroker.start(directory);
        other = broker.client();
        broker.topic("T", 1);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    static Stream<Arguments> broken() {
        return Stream.of(
                Arguments.of("negative length", ints(-1)),
                Arguments.of("length zero", ints(0)),
                Arguments.of("length three", ints(3, 0)),
                Arguments.of("length above 16 MiB", ints((16 << 20) + 1, 0)),
                Arguments.of("greatest length", ints(Integer.MAX_VALUE, 0)),
                Arguments.of("header longer than the frame", ints(8, 5, 0)),
                Arguments.of("header above its limit",
                        ByteBuffer.allocate(400_008).putInt(400_004).putInt(400_000).array()),
                Arguments.of("unknown header form", ints(8, 9 << 24 | 4, 0)),
                Arguments.of("garbage for JSON", json("garbage")),
                Arguments.of("JSON that is cut off", json("{\"code\":10,\"extFields\":{\"a\":\"b")),
                Arguments.of("JSON nested too deep", json("{\"x\":" + "[".repeat(60_000))),
                Arguments.of("empty header", ints(4, 0)),
                Arguments.of("binary header too short", ints(8, 1 << 24 | 4, 0)),
                Arguments.of("binary header with a remark too long",
                        ByteBuffer.allocate(29).putInt(25).putInt(1 << 24 | 21).putInt(21, Integer.MAX_VALUE).array()),
                Arguments.of("another protocol", text("EHLO mail.example\r\n\r\n")));
    }

    private static byte[] ints(int... numbers) {
        ByteBuffer bytes = ByteBuffer.allocate(numbers.length * 4);
        Arrays.stream(numbers).forEach(bytes::putInt);
        return bytes.array();
    }

    private static byte[] json(String header) {
        byte[] bytes = text(header);
        return ByteBuffer.allocate(8 + bytes.length).putInt(4 + bytes.length).putInt(bytes.length).put(bytes).array();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void secT13OnlyTheConnectionThatSentItSuffers(String name, byte[] bytes) {
        RawClient client = broker.client();
        client.write(bytes);

        assertTrue(client.isClosedByPeer());
        assertEquals(0, other.ask(SEND_SHORT, shortSend("T", 0, ""), text("on the old connection")).code());
        broker.sent("T", 0, "", "on a new one");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("broken")
    void earlierFramesAreStored(String name, byte[] bytes) {
        RawClient client = broker.client();
        ByteArrayOutputStream both = new ByteArrayOutputStream();
        both.writeBytes(FrameCodec.encode(client.frame(SEND_SHORT, 0, shortSend("T", 0, ""), text("before"))));
        both.writeBytes(bytes);
        client.write(both.toByteArray());
        while (!client.isClosedByPeer()) {
            Thread.onSpinWait(); // the answer may arrive or not; then the connection ends
        }
        assertEquals("before", broker.read("T", 0, 0).getFirst().text());
    }

    @Test
    void invalidJsonBodiesAreRefusedWithoutClosingTheConnection() {
        for (int code : new int[] {34, 41, 42, 46, 200}) {
            for (String body : new String[] {"", "garbage", "[]", "7", "{\"mqSet\":7}", "{\"consumerDataSet\":{}}",
                    "{"}) {
                Frame answer = other.ask(code, Map.of(), text(body));
                assertTrue(answer.code() == 29 || answer.code() == 26 || body.startsWith("{\""), code + " " + body
                        + answer);
            }
        }
        broker.sent("T", 0, "", "x");
    }

    @Test
    void secT13EveryCodeWithoutFieldsOrBodyIsAnswered() {
        for (int code = 0; code < 1_100; code++) {
            assertTrue(other.ask(code, Map.of(), NO_BODY).isResponse());
        }
        broker.sent("T", 0, "", "x");
    }

    @Test
    void anIncompleteFrameIsDropped() {
        byte[] frame = FrameCodec.encode(other.frame(SEND_SHORT, 0, shortSend("T", 0, ""), text("never")));
        for (int length : new int[] {1, 3, 4, 7, 8, 50, frame.length - 1}) {
            RawClient client = broker.client();
            client.write(Arrays.copyOf(frame, length));
            client.close();
        }
        broker.sent("T", 0, "", "first");
        assertEquals(1, broker.end("T", 0));
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void framesMayArriveByteByByte(boolean binary) {
        RawClient client = broker.client(binary);
        for (int i = 0; i < 3; i++) {
            Frame request = client.frame(SEND_SHORT, 0, shortSend("T", 0, "TAGS\u0001a\u0002"), text("slow " + i));
            for (byte b : FrameCodec.encode(request)) {
                client.write(new byte[] {b});
            }
            assertEquals("" + i, client.answer(request.opaque()).field("queueOffset"));
        }
    }

    @Test
    void framesMayArriveTogetherOrInPieces() {
        RawClient client = broker.client();
        Random random = new Random(8);
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        int[] opaques = new int[300];
        for (int i = 0; i < opaques.length; i++) {
            Frame request = client.frame(
                    SEND_SHORT, 0, shortSend("T", 0, ""),
                    new byte[random.nextInt(10) == 0 ? 200_000 : random.nextInt(900)]);
            opaques[i] = request.opaque();
            all.writeBytes(FrameCodec.encode(request));
        }
        byte[] bytes = all.toByteArray();
        for (int at = 0; at < bytes.length; ) {
            int length = Math.min(bytes.length - at, 1 + random.nextInt(200_000));
            client.write(Arrays.copyOfRange(bytes, at, at + length));
            at += length;
        }
        for (int i = 0; i < opaques.length; i++) {
            assertEquals("" + i, client.answer(opaques[i]).field("queueOffset"));
        }
    }

    @Test
    void aResponseFromAClientIsIgnored() {
        other.write(FrameCodec.encode(new Frame(0, 0, 407, 5, Frame.FLAG_RESPONSE, null, Map.of(), NO_BODY, false)));
        assertEquals(0, other.ask(SEND_SHORT, shortSend("T", 0, ""), new byte[1]).code());
    }
}
