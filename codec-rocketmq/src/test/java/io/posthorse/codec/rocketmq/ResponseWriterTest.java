package io.posthorse.codec.rocketmq;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONObject;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseWriterTest {
    private final ResponseWriter writer = new ResponseWriter();

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void codecReadsWhatTheWriterWrites(boolean binary) {
        Random random = new Random(5);
        for (int i = 0; i < 3_000; i++) {
            Map<String, String> fields = new LinkedHashMap<>();
            int code = random.nextInt(300);
            int opaque = random.nextInt();
            String remark = random.nextBoolean() ? null : "r" + RandomText.of(random, 40);
            byte[] body = new byte[random.nextInt(20)];
            random.nextBytes(body);
            writer.begin(binary, code, opaque, remark);
            for (int f = random.nextInt(6); f > 0; f--) {
                put("f" + f, random, fields);
            }
            ByteBuf out = Unpooled.buffer(16).writeByte(99);
            writer.end(out, body.length);
            out.writeBytes(body);

            assertEquals(99, out.readByte());
            assertEquals(out.readableBytes() - 4, out.readInt());
            ByteBuf again = out.duplicate();
            Frame frame = FrameCodec.decode(out);
            assertEquals(code, frame.code());
            assertEquals(opaque, frame.opaque());
            assertEquals(remark, frame.remark());
            assertEquals(Frame.FLAG_RESPONSE, frame.flag());
            assertEquals(Frame.VERSION, frame.version());
            assertEquals(Frame.JAVA, frame.language());
            assertEquals(binary, frame.binary());
            assertEquals(fields, frame.fields());
            assertArrayEquals(body, frame.body());
            if (!binary) {
                assertEquals(fields, fieldsByFastjson(again));
            }
        }
    }

    private void put(String name, Random random, Map<String, String> fields) {
        byte[] key = name.getBytes(UTF_8);
        switch (random.nextInt(3)) {
            case 0 -> {
                long number = random.nextBoolean() ? random.nextLong() : random.nextInt(20);
                writer.field(key, number);
                fields.put(name, Long.toString(number));
            }
            case 1 -> {
                String text = RandomText.of(random, random.nextInt(100) == 0 ? 4_000 : 20);
                byte[] bytes = ("xx" + text + "y").getBytes(UTF_8);
                writer.field(key, bytes, 2, bytes.length - 3);
                fields.put(name, text);
            }
            default -> {
                long number = random.nextLong();
                int value = writer.open(key);
                writer.hex(number);
                writer.text(',');
                writer.text("FF0A".getBytes(UTF_8));
                writer.close(value);
                fields.put(name, "%016X,FF0A".formatted(number));
            }
        }
    }

    private static Map<String, String> fieldsByFastjson(ByteBuf frame) {
        byte[] header = new byte[frame.readInt()];
        frame.readBytes(header);
        JSONObject json = JSON.parseObject(new String(header, UTF_8));
        assertEquals(Frame.VERSION, json.getIntValue("version"));
        Map<String, String> fields = new HashMap<>();
        json.getJSONObject("extFields").forEach((name, value) -> fields.put(name, (String) value));
        return fields;
    }

    @Test
    void numbersOfAllLengthsAreWritten() {
        writer.begin(false, 0, 0, null);
        Map<String, String> expected = new HashMap<>();
        long power = 1;
        for (int digits = 1; digits <= 19; digits++, power *= 10) {
            for (long number : new long[] {power, power - 1, -power}) {
                writer.field(("n" + number).getBytes(UTF_8), number);
                expected.put("n" + number, Long.toString(number));
            }
        }
        for (long number : new long[] {Long.MAX_VALUE, Long.MIN_VALUE}) {
            writer.field(("n" + number).getBytes(UTF_8), number);
            expected.put("n" + number, Long.toString(number));
        }
        ByteBuf out = Unpooled.buffer();
        writer.end(out, 0);

        assertEquals(expected, FrameCodec.decode(out.skipBytes(4)).fields());
    }

    @Test
    void sendAnswerHasTheFieldsOfACapturedOne() {
        Frame golden = FrameCodec.decode(Golden.load("310_sendV2").frame());
        writer.begin(false, golden.code(), golden.opaque(), golden.remark());
        golden.fields().forEach((name, value) -> writer.field(name.getBytes(UTF_8), value.getBytes(UTF_8)));
        ByteBuf out = Unpooled.buffer();
        writer.end(out, 0);

        Frame ours = FrameCodec.decode(out.skipBytes(4));
        assertEquals(golden.fields(), ours.fields());
        assertEquals(golden.version(), ours.version());
        assertEquals(golden.opaque(), ours.opaque());
    }
}
