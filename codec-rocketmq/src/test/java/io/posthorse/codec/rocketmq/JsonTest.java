package io.posthorse.codec.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.parser.Feature;
import io.posthorse.codec.rocketmq.JsonValue.Member;
import io.posthorse.codec.rocketmq.JsonValue.Num;
import io.posthorse.codec.rocketmq.JsonValue.Obj;
import io.posthorse.codec.rocketmq.JsonValue.Text;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final List<String> DIALECT = List.of(
            "{}",
            "[]",
            " [ 1 , -2.50 , 1e3 , 0.4 , -0 , true , false , null , \"x\" ] ",
            "{\"a\":{\"b\":[{},[]]},\"c\":\"\"}",
            "{0:\"127.0.0.1:19996\",1:\"127.0.0.1:2\"}",
            "{-1:7,12345678901:8}",
            "{{\"brokerName\":\"b\",\"queueId\":0,\"topic\":\"t\"}:{\"maxOffset\":2},{\"topic\":\"u\"}:1}",
            "{'a':'it\"s','b':'\\'quoted\\''}",
            "{a:1,_b2:2}",
            "{\"a\":1,\"b\":[1,2,],}",
            "{\"s\":\"\\u4e2d\\n\\t\\r\\b\\f\\/\\\\\\\"\\v\\x41\\0\\7\"}",
            "{\"raw\":\"tab\there\",\"中文\":\"消息😀\"}",
            "{\"same\":1,\"same\":2}",
            "{\"consumerTable\":{\"c@1\":{{\"topic\":\"t\",\"queueId\":3}:17}}}");

    @Test
    void dialectIsReadAsByFastjson() {
        for (String sample : DIALECT) {
            Object theirs = normal(JSON.parse(sample, Feature.DisableSpecialKeyDetect));

            assertEquals(theirs, normal(read(sample)), sample);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "038_consumerList", "041_lock", "045_delayOffset", "105_route_440", "105_route_497", "106_clusterInfo",
                "202_topicStats", "203_consumerConn", "208_consumeStats", "304_systemTopicsNs", "315_stats",
                "321_queryCq", "352_groupConfig"
            })
    void capturedBodiesAreReadAndWrittenAsByFastjson(String name) {
        Golden golden = Golden.load(name);
        Object theirs = normal(JSON.parse(golden.body()));
        JsonValue ours = JsonReader.read(golden.bodyBytes());

        assertEquals(theirs, normal(ours));
        assertEquals(theirs, normal(JSON.parse(new JsonWriter().value(ours).toString())));
    }

    @Test
    void strictBodyIsWrittenUnchangedAndNumericKeysGetQuotes() {
        Golden strict = Golden.load("105_route_497");
        Golden old = Golden.load("105_route_440");

        assertEquals(strict.body(), new JsonWriter().value(read(strict.body())).toString());
        assertEquals(strict.body(), new JsonWriter().value(read(old.body())).toString());
        String stats = Golden.load("202_topicStats").body();
        assertEquals(stats, new JsonWriter().value(read(stats)).toString());
    }

    @Test
    void randomTreesSurviveWritingAndReading() {
        Random random = new Random(7);
        for (int i = 0; i < 3_000; i++) {
            JsonValue tree = tree(random, 5);

            assertEquals(tree, JsonReader.read(JsonWriter.bytes(tree)));
        }
    }

    @Test
    void randomTreesWithTextKeysAreReadEquallyByFastjson() {
        Random random = new Random(8);
        for (int i = 0; i < 500; i++) {
            JsonValue tree = tree(random, 4);

            String written = new JsonWriter().value(tree).toString();
            assertEquals(normal(tree), normal(JSON.parse(written, Feature.DisableSpecialKeyDetect)), written);
        }
    }

    @Test
    void prefixesAndChangedBytesGiveAValueOrMalformedFrame() {
        for (String sample : DIALECT) {
            byte[] bytes = sample.getBytes(StandardCharsets.UTF_8);
            for (int length = 0; length < bytes.length; length++) {
                readSafely(Arrays.copyOf(bytes, length));
            }
            for (int at = 0; at < bytes.length; at++) {
                for (int other = 0; other < 256; other++) {
                    byte[] flipped = bytes.clone();
                    flipped[at] = (byte) other;
                    readSafely(flipped);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", " ", "{", "[1", "[1 2]", "{\"a\" 1}", "{\"a\":}", "{,}", "[,]", "{}x", "\"",
                "\"\\u12g4\"", "\"\\q\"", "nul", "NaN", "01", "-", "1.", ".5", "1e", "+1", "{\"a\":1]", "}", ":",
                "\"\\u\uff11\uff11\uff11\uff11\""
            })
    void invalidTextsAreMalformed(String text) {
        assertThrows(MalformedFrameException.class, () -> read(text));
    }

    @Test
    void limitsAreEnforced() {
        JsonReader.Limits limits = new JsonReader.Limits(20, 3, 4);

        assertEquals("[[[]]]", new JsonWriter().value(read("[[[]]]", limits)).toString());
        assertThrows(MalformedFrameException.class, () -> read("[[[[]]]]", limits));
        assertThrows(MalformedFrameException.class, () -> read("[1,1,1,1]", limits));
        assertThrows(MalformedFrameException.class, () -> read(" ".repeat(21), limits));
        assertThrows(MalformedFrameException.class, () -> read("[".repeat(1_000_000)));
        assertThrows(MalformedFrameException.class, () -> read("{".repeat(1_000_000)));
    }

    @Test
    void accessorsConvertAndDefault() {
        Obj object = read("{\"t\":\"x\",\"n\":5,\"nt\":\"6\",\"b\":true,\"bt\":\"FALSE\",\"z\":null,"
                        + "\"a\":[1],1:\"one\",\"big\":3000000000,\"r\":0.4,\"dup\":1,\"dup\":2}")
                .asObject();

        assertEquals("x", object.text("t", "y"));
        assertEquals("5", object.text("n", "y"));
        assertEquals("true", object.text("b", "y"));
        assertEquals("y", object.text("z", "y"));
        assertEquals("one", object.text("1", null));
        assertEquals(6, object.number("nt", 0));
        assertEquals(9, object.integer("none", 9));
        assertEquals(2, object.integer("dup", 0));
        assertEquals(false, object.bool("bt", true));
        assertEquals(true, object.bool("z", true));
        assertEquals(List.of(Num.of(1)), object.array("a"));
        assertEquals(List.of(), object.object("none").members());
        assertThrows(MalformedFrameException.class, () -> object.integer("big", 0));
        assertThrows(MalformedFrameException.class, () -> object.number("r", 0));
        assertThrows(MalformedFrameException.class, () -> object.number("t", 0));
        assertThrows(MalformedFrameException.class, () -> object.text("a", null));
        assertThrows(MalformedFrameException.class, () -> object.object("a"));
        assertThrows(MalformedFrameException.class, () -> object.array("t"));
        assertThrows(MalformedFrameException.class, () -> object.bool("n", true));
        assertThrows(MalformedFrameException.class, () -> read("[]").asObject());
    }

    @Test
    void writerAddsCommasAndEscapes() {
        String written = new JsonWriter()
                .beginObject()
                .name("a\"\u0001").value("\ud800x").name("n").value(1).name("d").value(Double.NaN)
                .name("l").beginArray().value(true).value(0.5).value((String) null).endArray()
                .endObject()
                .toString();

        assertEquals("{\"a\\\"\\u0001\":\"\\ud800x\",\"n\":1,\"d\":null,\"l\":[true,0.5,null]}", written);
    }

    private static JsonValue read(String text) {
        return JsonReader.read(text.getBytes(StandardCharsets.UTF_8));
    }

    private static JsonValue read(String text, JsonReader.Limits limits) {
        return JsonReader.read(text.getBytes(StandardCharsets.UTF_8), limits);
    }

    private static void readSafely(byte[] bytes) {
        try {
            JsonReader.read(bytes);
        } catch (MalformedFrameException expected) {
            // the only exception that is allowed
        }
    }

    /** Returns a random tree whose keys are texts or objects, so that it equals itself after writing and reading. */
    private static JsonValue tree(Random random, int depth) {
        return switch (random.nextInt(depth > 0 ? 8 : 5)) {
            case 0 -> Num.of(random.nextLong());
            case 1 -> new Num(Double.toString(random.nextGaussian()));
            case 2 -> new JsonValue.Bool(random.nextBoolean());
            case 3 -> new JsonValue.Null();
            case 4, 5 -> new Text(text(random));
            case 6 -> {
                List<JsonValue> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(tree(random, depth - 1));
                }
                yield new JsonValue.Array(items);
            }
            default -> object(random, depth);
        };
    }

    private static Obj object(Random random, int depth) {
        List<Member> members = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            JsonValue key = depth > 2 && random.nextInt(5) == 0
                    ? new Obj(List.of(new Member(new Text("topic"), new Text("t" + i))))
                    : new Text("k" + i + text(random));
            members.add(new Member(key, tree(random, depth - 1)));
        }
        return new Obj(members);
    }

    private static String text(Random random) {
        int[] points = "ab \"'\\\n\t\u0001\u007f/中😀\ud800,:{}[]".codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }

    private static Object normal(JsonValue value) {
        return switch (value) {
            case Text text -> "\"" + text.value();
            case Num number -> new BigDecimal(number.literal()).doubleValue() + 0.0;
            case JsonValue.Bool bool -> bool.value();
            case JsonValue.Null ignored -> "null";
            case JsonValue.Array array -> array.items().stream().map(JsonTest::normal).toList();
            case Obj object -> {
                Map<String, Object> map = new TreeMap<>();
                for (Member member : object.members()) {
                    String key = member.key() instanceof Obj nested ? normal(nested).toString() : member.name();
                    map.put(key, normal(member.value()));
                }
                yield map;
            }
        };
    }

    /** Converts what fastjson parsed to the same plain form; fastjson returns object keys as text. */
    private static Object normal(Object value) {
        return switch (value) {
            case null -> "null";
            case String text -> "\"" + text;
            case Number number -> number.doubleValue() + 0.0;
            case Boolean bool -> bool;
            case List<?> list -> list.stream().map((Object item) -> normal(item)).toList();
            case Map<?, ?> map -> {
                Map<String, Object> plain = new TreeMap<>();
                map.forEach((key, item) -> plain.put(normalKey(key), normal(item)));
                yield plain;
            }
            default -> throw new AssertionError(value.getClass());
        };
    }

    private static String normalKey(Object key) {
        String text = String.valueOf(key);
        return text.startsWith("{") ? normal(JSON.parse(text)).toString() : text;
    }
}
