package io.posthorse.codec.rocketmq;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameCodecTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "010_sendV1", "011_pull_notfound", "017_createTopic", "034_heartbeat",
                "105_route_440", "105_route_497", "105_route_missing", "106_clusterInfo", "203_consumerConn",
                "304_systemTopicsNs", "310_sendV2", "321_queryCq", "9999_unknown"
            })
    void capturedFramesDecodeAndEncodeToTheSameBytes(String name) {
        byte[] wire = Golden.load(name).frame();

        byte[] again = FrameCodec.encode(FrameCodec.decode(wire));

        assertEquals(text(withLength(wire)), text(again));
    }

    @Test
    void emptyFieldsAreLeftOut() {
        Frame frame = FrameCodec.decode(Golden.load("038_consumerList_none").frame());

        assertEquals(Map.of(), frame.fields());
        assertEquals(-1, text(FrameCodec.encode(frame)).indexOf("extFields"));
    }

    @Test
    void capturedRouteAnswerHasTheExpectedValues() {
        Frame frame = FrameCodec.decode(Golden.load("105_route_missing").frame());

        assertEquals(ResponseCode.TOPIC_NOT_EXIST, frame.code());
        assertTrue(frame.isResponse());
        assertEquals(5, frame.opaque());
        assertEquals(Frame.VERSION, frame.version());
        assertTrue(frame.remark().contains("NoSuchTopic\nSee "));
        assertEquals(Map.of(), frame.fields());
        assertEquals(0, frame.body().length);
    }

    @Test
    void missingMembersHaveDefaultsAndUnknownOnesAreSkipped() {
        Frame frame = decode("{\"code\":105,\"zzz\":[1,{}],\"remark\":null,\"extFields\":null}");

        assertEquals(
                new Frame(105, 0, 0, 0, 0, null, Map.of(), frame.body(), false), frame);
        assertNull(decode("{}").remark());
    }

    @Test
    void languagesAreReadByNameAndNumberAndMayBeUnknown() {
        assertEquals(9, decode("{\"language\":\"GO\"}").language());
        assertEquals(13, decode("{\"language\":\"NODE_JS\"}").language());
        assertEquals(7, decode("{\"language\":\"COBOL\"}").language());
        assertEquals(1, decode("{\"language\":1}").language());
        assertEquals(7, decode("{\"language\":99}").language());
        assertEquals(7, decode("{\"language\":true}").language());
    }

    @Test
    void fieldValuesOfEveryKindBecomeTextAndNullsAreSkipped() {
        Frame frame = decode("{\"extFields\":{\"a\":\"x\",\"b\":1,\"c\":true,\"d\":null,\"e\":{\"f\":[1]},\"e2\":[]}}");

        assertEquals(Map.of("a", "x", "b", "1", "c", "true", "e", "{\"f\":[1]}", "e2", "[]"), frame.fields());
    }

    @Test
    void binaryHeadersOfRocketMqAreRead() {
        ByteBuffer header = ByteBuffer.allocate(100);
        header.putShort((short) 34).put((byte) 9).putShort((short) 401).putInt(7).putInt(2);
        header.putInt(2).put("hi".getBytes(StandardCharsets.UTF_8));
        header.putInt(2 + 1 + 4 + 3 + 2 + 1 + 4);
        header.putShort((short) 1).put((byte) 'k').putInt(3).put("abc".getBytes(StandardCharsets.UTF_8));
        header.putShort((short) 1).put((byte) 'e').putInt(0);
        byte[] bytes = Arrays.copyOf(header.array(), header.position());
        ByteBuffer wire = ByteBuffer.allocate(4 + bytes.length + 1).putInt(1 << 24 | bytes.length).put(bytes);
        wire.put((byte) 'B');

        Frame frame = FrameCodec.decode(wire.array());

        Frame expected = new Frame(34, 9, 401, 7, 2, "hi", Map.of("k", "abc", "e", ""), frame.body(), true);
        assertEquals(expected, frame);
        assertArrayEquals(new byte[] {'B'}, frame.body());
        assertArrayEquals(withLength(wire.array()), FrameCodec.encode(frame));
    }

    @Test
    void popCodeInBinaryFormLosesItsUpperPart() {
        Frame pop = new Frame(200_050, 0, 513, 1, 0, null, Map.of(), new byte[0], true);

        assertEquals(3_442, roundTrip(pop).code());
    }

    @Test
    void randomFramesSurviveBothForms() {
        Random random = new Random(20_261_121);
        for (int i = 0; i < 2_000; i++) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (int f = random.nextInt(6); f > 0; f--) {
                fields.put("f" + random.nextInt(100), text(random));
            }
            byte[] body = new byte[random.nextInt(20)];
            random.nextBytes(body);
            String remark = random.nextBoolean() ? null : "r" + text(random);
            Frame frame = new Frame(
                    random.nextInt(Short.MAX_VALUE), random.nextInt(14), random.nextInt(600), random.nextInt(),
                    random.nextInt(4), remark, fields, body, random.nextBoolean());

            Frame again = roundTrip(frame);

            assertArrayEquals(body, again.body());
            assertEquals(comparable(frame), comparable(again));
        }
    }

    @Test
    void prefixesAndBitFlipsGiveAFrameOrAMalformedFrame() {
        Map<String, String> fields = Map.of("topic", "T", "queueId", "3");
        for (boolean binary : new boolean[] {false, true}) {
            byte[] wire = FrameCodec.encode(new Frame(11, 0, 513, 9, 0, "r", fields, new byte[] {1, 2}, binary));
            byte[] frame = Arrays.copyOfRange(wire, 4, wire.length);
            for (int length = 0; length < frame.length; length++) {
                decodeSafely(Arrays.copyOf(frame, length));
            }
            for (int bit = 0; bit < frame.length * 8; bit++) {
                byte[] flipped = frame.clone();
                flipped[bit / 8] ^= (byte) (1 << bit % 8);
                decodeSafely(flipped);
            }
        }
    }

    @Test
    void lengthsAreCheckedBeforeTheyAreUsed() {
        assertThrows(MalformedFrameException.class, () -> FrameCodec.checkLength(3));
        assertThrows(MalformedFrameException.class, () -> FrameCodec.checkLength(-1));
        assertThrows(MalformedFrameException.class, () -> FrameCodec.checkLength(FrameCodec.FRAME_BYTES_MAX + 1));
        assertEquals(4, FrameCodec.checkLength(4));
        assertMalformed(new byte[] {0, 0, 0});
        assertMalformed(new byte[] {0, 0, 0, 5, '{', '}'});
        assertMalformed(new byte[] {7, 0, 0, 2, '{', '}'});
        assertMalformed(ByteBuffer.allocate(FrameCodec.HEADER_BYTES_MAX + 100)
                .putInt(FrameCodec.HEADER_BYTES_MAX + 1).array());
        assertMalformed(ByteBuffer.allocate(4 + 17 + 4).putInt(1 << 24 | 21).putInt(17, Integer.MAX_VALUE).array());
        assertMalformed(ByteBuffer.allocate(4 + 17 + 4).putInt(1 << 24 | 21).putInt(21, -1).array());
    }

    @Test
    void overlongFramesAreNotWritten() {
        ByteBuf out = Unpooled.buffer().writeByte(1);
        Frame longHeader = Frame.oneWay(1, 1, Map.of("x", "y".repeat(FrameCodec.HEADER_BYTES_MAX)));
        Frame longBody = Frame.oneWay(1, 1, Map.of()).ok(new byte[FrameCodec.FRAME_BYTES_LIMIT]);

        assertThrows(MalformedFrameException.class, () -> FrameCodec.encode(longHeader, out));
        assertThrows(MalformedFrameException.class, () -> FrameCodec.encode(longBody, out));
        assertEquals(1, out.readableBytes());
    }

    @Test
    void longestPropertiesOfRocketMqFitIntoAHeader() {
        String properties = "k\u0001v\u0002".repeat(32_767 / 4);

        assertEquals(properties, roundTrip(Frame.oneWay(310, 1, Map.of("i", properties))).field("i"));
    }

    private static void assertMalformed(byte[] frame) {
        assertThrows(MalformedFrameException.class, () -> FrameCodec.decode(frame));
    }

    private static void decodeSafely(byte[] frame) {
        try {
            FrameCodec.decode(frame);
        } catch (MalformedFrameException expected) {
            // the only exception that is allowed
        }
    }

    private static Frame decode(String header) {
        return FrameCodec.decode(new Golden(header, "").frame());
    }

    private static Frame roundTrip(Frame frame) {
        byte[] wire = FrameCodec.encode(frame);
        assertEquals(wire.length - 4, ByteBuffer.wrap(wire).getInt());
        return FrameCodec.decode(Arrays.copyOfRange(wire, 4, wire.length));
    }

    private static Frame comparable(Frame frame) {
        return new Frame(
                frame.code(), frame.language(), frame.version(), frame.opaque(), frame.flag(), frame.remark(),
                frame.fields(), null, frame.binary());
    }

    private static byte[] withLength(byte[] frame) {
        return ByteBuffer.allocate(4 + frame.length).putInt(frame.length).put(frame).array();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String text(Random random) {
        String alphabet = "ab\"\\\n\u0001\u0002中é/😀";
        int[] points = alphabet.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(10); i > 0; i--) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }
}
