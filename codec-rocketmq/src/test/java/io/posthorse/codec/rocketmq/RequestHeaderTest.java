package io.posthorse.codec.rocketmq;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The hot path's reader of headers, compared with {@link FrameCodec}, which reads the same bytes in another way. */
class RequestHeaderTest {
    private final RequestHeader header = new RequestHeader();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readsHeadersAsTheCodecDoes(boolean binary) {
        Random random = new Random(71);
        for (int i = 0; i < 4_000; i++) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (int f = random.nextInt(8); f > 0; f--) {
                fields.put("n" + random.nextInt(50) + (random.nextInt(4) == 0 ? RandomText.of(random, 6) : ""),
                        RandomText.of(random, random.nextInt(200) == 0 ? 5_000 : 12));
            }
            byte[] body = new byte[random.nextInt(9)];
            random.nextBytes(body);
            Frame frame = new Frame(random.nextInt(Short.MAX_VALUE), Frame.JAVA, random.nextInt(600), random.nextInt(),
                    random.nextInt(4), random.nextBoolean() ? null : "r" + RandomText.of(random, 9), fields, body,
                    binary);

            assertSame(FrameCodec.encode(frame));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{\"code\":10,\"extFields\":{\"a\":\"\\u0041\\n\\t\\b\\f\\r\\/\\\\\\\"\"}}",
        "{\"extFields\":{\"a\":\"\\ud83d\\ude00 \\u4e2d \\u00e9\",\"b\":\"\\u0001\\u0002\"},\"code\":11}",
        "{\"extFields\":{\"a\":\"x\\ud83dy\",\"b\":\"\\ude00\",\"c\":\"\\ud83d\\ud83d\\ude00\",\"d\":\"\\ud83d\"}}",
        "{\"co\\u0064e\":34,\"opa\\u0071ue\":-7}",
        " { \"code\" : 10 , \"extFields\" : { \"a\" : 1 , \"b\" : true , \"c\" : -1.5 } , \"flag\" : 2 } ",
        "{\"extFields\":null,\"language\":\"JAVA\",\"code\":1}",
        "{\"extFields\":{},\"code\":1,\"remark\":\"a\\\"}\",\"x\":[1,{\"code\":5},\"]\",[]],\"y\":{\"flag\":9}}",
        "{\"extFields\":{\"a\":null,\"b\":\"\"},\"version\":513,\"code\":2}",
        "{\"code\":12,\"cost\":\"dear\",\"flat\":[3],\"option\":{},\"variant\":\"x\",\"extForces\":1}",
        "{\"languish\":\"JAVA\"}",
        "{\"opaque\":2147483647,\"version\":-1,\"flag\":-2147483648}",
        "{}"
    })
    void readsHandWrittenHeadersAsTheCodecDoes(String json) {
        byte[] bytes = json.getBytes(UTF_8);
        assertSame(Unpooled.buffer().writeInt(4 + bytes.length).writeInt(bytes.length).writeBytes(bytes));
    }

    @Test
    void memberNameWithAnEqualHashIsNotConfused() {
        // 'b' << 8 | 260 is 'c' << 8 | 4
        String json = "{\"code\":5,\"b" + "x".repeat(259) + "\":\"no number\"}";

        assertEquals(5, read(json).code());
    }

    @Test
    void readerCanBeReused() {
        read("{\"code\":10,\"flag\":2,\"extFields\":{\"a\":\"" + "v".repeat(9_000) + "\"}}");
        assertTrue(header.isOneWay());
        assertEquals(9_000, header.text(name("a")).length());

        read("{\"opaque\":3,\"extFields\":{\"b\":\"w\"}}");

        assertEquals(0, header.code());
        assertFalse(header.isOneWay());
        assertNull(header.text(name("a")));
        assertEquals("w", header.text(name("b")));
    }

    @Test
    void invalidNumbersAreRefusedAndMissingOnesHaveADefault() {
        read("{\"extFields\":{\"a\":\"-42\",\"b\":\"\",\"c\":\"1x\",\"d\":\"-\",\"e\":\"9223372036854775807\","
                + "\"f\":\"9999999999999999999\",\"g\":\"12345678901234567890\",\"h\":7 ,\"i\":\"true\",\"j\":true }}");

        assertEquals(-42, header.number(name("a"), 5));
        assertEquals(5, header.number(name("b"), 5));
        assertEquals(5, header.number(name("z"), 5));
        assertEquals(Long.MAX_VALUE, header.number(name("e"), 5));
        assertEquals(7, header.number(name("h"), 5));
        assertTrue(header.isTrue(name("i")));
        assertTrue(header.isTrue(name("j")));
        assertFalse(header.isTrue(name("h")));
        for (String bad : new String[] {"c", "d", "f", "g"}) {
            assertThrows(MalformedFrameException.class, () -> header.number(name(bad), 5), bad);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void prefixesAndChangedBytesGiveAHeaderOrMalformedFrame(boolean binary) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("topic", "T\"\\\u0001中😀");
        fields.put("queueId", "3");
        byte[] wire = FrameCodec.encode(new Frame(310, 0, 513, 9, 2, "r\n", fields, new byte[] {1, 2}, binary));
        byte[] frame = Arrays.copyOfRange(wire, 4, wire.length);
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            int refused = 0;
            for (int length = 4; length < frame.length; length++) {
                refused += readSafely(Arrays.copyOf(frame, length));
            }
            assertTrue(refused > frame.length / 2, "only " + refused + " prefixes were refused");
            for (int at = 0; at < frame.length; at++) {
                byte[] changed = frame.clone();
                for (int value = 0; value < 256; value++) {
                    changed[at] = (byte) value;
                    readSafely(changed);
                }
            }
        });
    }

    @Test
    void prefixesAndChangedBytesOfAJsonHeaderWithMatchingLength() {
        byte[] json = ("{\"code\":10,\"x\":[1,{\"a\":\"\\u00e9\\ud83d\\ude00\"}],\"language\":\"JAVA\",\"flag\":-1,"
                + "\"extFields\":{\"a\":\"\\\\b\",\"n\":null,\"t\":true}}").getBytes(UTF_8);
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            for (int length = 0; length < json.length; length++) {
                byte[] prefix = Arrays.copyOf(json, length);
                assertEquals(1, readSafely(withMark(prefix)), () -> new String(prefix, UTF_8));
            }
            for (int at = 0; at < json.length; at++) {
                byte[] changed = json.clone();
                for (int value = 0; value < 256; value++) {
                    changed[at] = (byte) value;
                    readSafely(withMark(changed));
                }
            }
        });
    }

    @Test
    void limitsAreEnforced() {
        StringBuilder most = new StringBuilder("{\"extFields\":{");
        for (int i = 0; i < RequestHeader.FIELDS_MAX; i++) {
            most.append(i == 0 ? "" : ",").append("\"f").append(i).append("\":\"").append(i).append('"');
        }
        assertEquals("127", read(most + "}}").text(name("f127")));
        assertThrows(MalformedFrameException.class, () -> read(most + ",\"one\":\"more\"}}"));

        int room = RequestHeader.LENGTH_MAX - "{\"extFields\":{\"a\":\"\"}}".length();
        assertEquals(room, read("{\"extFields\":{\"a\":\"" + "v".repeat(room) + "\"}}").length(0));
        assertThrows(MalformedFrameException.class,
                () -> read("{\"extFields\":{\"a\":\"" + "v".repeat(room + 1) + "\"}}"));

        assertEquals(1, read("{\"x\":" + "[".repeat(32) + "]".repeat(32) + ",\"code\":1}").code());
        assertThrows(MalformedFrameException.class,
                () -> read("{\"x\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}"));
    }

    @Test
    void longestPropertiesOfRocketMqFit() {
        String properties = "\u0001\u0002".repeat(16_383);

        assertSame(FrameCodec.encode(Frame.oneWay(310, 1, Map.of("i", properties))));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"extFields\":{\"a\": ,\"b\":1}}", "{\"extFields\":{\"a\": }}", "{\"x\":}",
            "{\"x\":[1,]}", "{\"x\":1 2}", "{\"extFields\":{\"a\":true false}}"})
    void missingValueIsRefused(String json) {
        assertThrows(MalformedFrameException.class, () -> read(json));
    }

    @Test
    void unknownHeaderFormIsRefused() {
        assertEquals(1, readSafely(new byte[] {2, 0, 0, 2, '{', '}'}));
    }

    private RequestHeader read(String json) {
        byte[] frame = withMark(json.getBytes(UTF_8));
        assertEquals(frame.length, header.read(Unpooled.wrappedBuffer(frame), 0, frame.length));
        return header;
    }

    private static byte[] withMark(byte[] json) {
        return Unpooled.buffer(4 + json.length).writeInt(json.length).writeBytes(json).array();
    }

    /** Returns 1 where the frame was refused, 0 where it was read. */
    private int readSafely(byte[] frame) {
        try {
            header.read(Unpooled.wrappedBuffer(frame), 0, frame.length);
            header.number(name("queueId"), 0);
            return 0;
        } catch (MalformedFrameException expected) {
            return 1; // the only exception that is allowed
        }
    }

    private void assertSame(byte[] wire) {
        assertSame(Unpooled.wrappedBuffer(wire));
    }

    private void assertSame(ByteBuf wire) {
        Frame model = FrameCodec.decode(wire.slice(4, wire.writerIndex() - 4));
        int body = header.read(wire, 4, wire.writerIndex());

        assertEquals(model.code(), header.code());
        assertEquals(model.version(), header.version());
        assertEquals(model.opaque(), header.opaque());
        assertEquals(model.flag(), header.flag());
        assertEquals(model.binary(), header.isBinary());
        assertEquals(model.isOneWay(), header.isOneWay());
        assertEquals(model.isResponse(), header.isResponse());
        assertEquals(model.body().length, wire.writerIndex() - body);
        assertEquals(model.fields().size(), header.count);
        model.fields().forEach((name, value) -> {
            int field = header.field(name.getBytes(UTF_8));
            assertTrue(field >= 0, name);
            int start = header.start(field);
            assertArrayEquals(
                    value.getBytes(UTF_8), Arrays.copyOfRange(header.bytes(), start, start + header.length(field)));
        });
    }

    private static byte[] name(String text) {
        return text.getBytes(US_ASCII);
    }
}
