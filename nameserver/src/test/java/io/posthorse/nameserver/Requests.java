package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonValue.Member;
import io.posthorse.codec.rocketmq.JsonValue.Obj;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.RequestCode;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/** Requests of brokers and tools, and answers in comparable form. */
final class Requests {
    private Requests() {}

    static Frame request(int code, String... namesAndValues) {
        return request(code, new byte[0], namesAndValues);
    }

    static Frame request(int code, byte[] body, String... namesAndValues) {
        Map<String, String> fields = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            fields.put(namesAndValues[i], namesAndValues[i + 1]);
        }
        return new Frame(code, 0, 513, 1, 0, null, fields, body, false);
    }

    /** Returns a registration with a JSON body and four queues for each topic. */
    static Frame register(String broker, long id, String address, String... topics) {
        return request(
                RequestCode.REGISTER_BROKER, jsonBody(topics), "brokerName", broker, "brokerAddr", address,
                "clusterName", "DefaultCluster", "haServerAddr", "ha:" + id, "brokerId", Long.toString(id));
    }

    static Frame with(Frame request, String name, String value) {
        Map<String, String> fields = new LinkedHashMap<>(request.fields());
        fields.put(name, value);
        return new Frame(
                request.code(), 0, 513, 1, 0, null, fields, request.body(), false);
    }

    static byte[] jsonBody(String... topics) {
        JsonWriter json = new JsonWriter().beginObject().name("filterServerList").beginArray().endArray();
        json.name("topicConfigSerializeWrapper").beginObject();
        json.name("dataVersion").beginObject().name("counter").value(3).name("timestamp").value(9).endObject();
        json.name("topicConfigTable").beginObject();
        for (String topic : topics) {
            json.name(topic).beginObject().name("order").value(false).name("perm").value(6);
            json.name("readQueueNums").value(4).name("topicFilterType").value("SINGLE_TAG");
            json.name("topicName").value(topic).name("topicSysFlag").value(0).name("writeQueueNums").value(4);
            json.endObject();
        }
        return json.endObject().endObject().endObject().bytes();
    }

    /** Returns the deflated form of 5.x brokers. */
    static byte[] deflatedBody(String... topics) {
        return deflate(binaryBody(topics));
    }

    static byte[] binaryBody(String... topics) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            text(out, "{\"counter\":3,\"stateVersion\":0,\"timestamp\":9}");
            out.writeInt(topics.length);
            for (String topic : topics) {
                text(out, topic + " 4 4 6 SINGLE_TAG {\"+message.type\":\"NORMAL\"}");
            }
            text(out, "[]");
            out.writeInt(0);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    static byte[] deflate(byte[] plain) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream out = new DeflaterOutputStream(bytes)) {
            out.write(plain);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    static long crc(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return crc.getValue() & Integer.MAX_VALUE;
    }

    /** Returns the body of a captured answer. */
    static byte[] goldenBody(String name) {
        try (InputStream in = Requests.class.getResourceAsStream("/golden/" + name + ".txt")) {
            byte[] bytes = in.readAllBytes();
            int end = new String(bytes, StandardCharsets.ISO_8859_1).indexOf("\nBODY ") + "\nBODY ".length();
            return Arrays.copyOfRange(bytes, end, bytes.length);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    static Obj json(byte[] body) {
        return JsonReader.read(body).asObject();
    }

    /** Returns JSON as plain values, without the order of members and of lists of texts. */
    static Object comparable(JsonValue value) {
        return switch (value) {
            case Obj object -> {
                Map<String, Object> map = new TreeMap<>();
                for (Member member : object.members()) {
                    map.put(member.name(), comparable(member.value()));
                }
                yield map;
            }
            case JsonValue.Array array -> {
                List<Object> items = array.items().stream().map(Requests::comparable).toList();
                yield items.stream().allMatch(item -> item instanceof String) ? new TreeSet<>(items) : items;
            }
            case JsonValue.Text text -> text.value();
            case JsonValue.Num number -> number.whole();
            case JsonValue.Bool bool -> bool.value();
            case JsonValue.Null ignored -> "null";
        };
    }
}
