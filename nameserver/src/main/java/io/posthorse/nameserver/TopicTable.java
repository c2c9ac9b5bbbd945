package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonValue.Member;
import io.posthorse.codec.rocketmq.JsonValue.Obj;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The body of a broker's registration: all of its topics, or those that changed. Brokers send it as JSON or, with the header
 * field {@code compressed}, deflated:
 *
 * <pre>
 * int32 length, version as JSON
 * int32 count, each: int32 length, "name readQueues writeQueues perm filterType [attributes]"
 * rest  filter servers and static topics, which are not used here
 * </pre>
 *
 * <p>A broker of this project names topics that are gone in a member {@code goneTopics} of the JSON form.
 */
record TopicTable(DataVersion version, Map<String, TopicRoute> topics, Set<String> gone) {
    private static final int QUEUES_MAX = 65_536;
    private static final int NODES_PER_TOPIC = 12;
    private static final int JSON_DEPTH_MAX = 32;

    /**
     * Reads the body of a registration; one without a body has no topics.
     *
     * @throws MalformedFrameException where the body is malformed or exceeds a limit
     */
    static TopicTable of(Frame request, NameServerLimits limits) {
        byte[] body = request.body();
        if (body.length == 0) {
            return new TopicTable(DataVersion.NONE, Map.of(), Set.of());
        }
        checkCrc(body, request.number("bodyCrc32", 0));
        return Boolean.parseBoolean(request.field("compressed"))
                ? ofBinary(ByteBuffer.wrap(inflate(body, limits.registrationBytes())), limits)
                : ofJson(body, limits);
    }

    private static void checkCrc(byte[] body, long expected) {
        CRC32 crc = new CRC32();
        crc.update(body);
        long actual = crc.getValue() & Integer.MAX_VALUE;
        if (expected != 0 && expected != actual) {
            throw new MalformedFrameException("registration body has CRC " + actual + ", its header says " + expected);
        }
    }

    private static TopicTable ofJson(byte[] body, NameServerLimits limits) {
        int nodes = 1_000 + NODES_PER_TOPIC * limits.topicsPerBroker();
        JsonReader.Limits jsonLimits = new JsonReader.Limits(limits.registrationBytes(), JSON_DEPTH_MAX, nodes);
        Obj root = JsonReader.read(body, jsonLimits).asObject();
        Obj wrapper = root.get("topicConfigSerializeWrapper") == null
                ? root
                : root.object("topicConfigSerializeWrapper");
        Map<String, TopicRoute> topics = new HashMap<>();
        for (Member member : wrapper.object("topicConfigTable").members()) {
            Obj topic = member.value().asObject();
            TopicRoute route = new TopicRoute(
                    topic.integer("readQueueNums", 16),
                    topic.integer("writeQueueNums", 16),
                    topic.integer("perm", 6),
                    topic.integer("topicSysFlag", 0));
            put(topics, topic.text("topicName", member.name()), route, limits);
        }
        Set<String> gone = new HashSet<>();
        for (JsonValue name : wrapper.array("goneTopics")) {
            if (name instanceof JsonValue.Text text) {
                gone.add(text.value());
            }
        }
        return new TopicTable(DataVersion.of(wrapper.object("dataVersion")), topics, gone);
    }

    private static TopicTable ofBinary(ByteBuffer in, NameServerLimits limits) {
        try {
            DataVersion version = DataVersion.of(text(in).getBytes(StandardCharsets.UTF_8));
            int count = in.getInt();
            if (count < 0 || count > limits.topicsPerBroker()) {
                throw new MalformedFrameException(
                        "registration of " + count + " topics; the maximum is " + limits.topicsPerBroker());
            }
            Map<String, TopicRoute> topics = new HashMap<>();
            for (int i = 0; i < count; i++) {
                String[] parts = text(in).split(" ");
                if (parts.length < 4) {
                    throw new MalformedFrameException("registration: a topic without its queue numbers");
                }
                TopicRoute route = new TopicRoute(number(parts[1]), number(parts[2]), number(parts[3]), 0);
                put(topics, parts[0], route, limits);
            }
            return new TopicTable(version, topics, Set.of());
        } catch (BufferUnderflowException e) {
            throw new MalformedFrameException("registration: the inflated body is truncated");
        }
    }

    private static void put(
            Map<String, TopicRoute> topics, String name, TopicRoute route, NameServerLimits limits) {
        boolean queuesFit = route.readQueues() >= 0
                && route.readQueues() <= QUEUES_MAX
                && route.writeQueues() >= 0
                && route.writeQueues() <= QUEUES_MAX;
        if (name.isEmpty() || name.length() > limits.nameChars() || !queuesFit) {
            throw new MalformedFrameException("registration: a topic's name or number of queues exceeds its limit");
        }
        topics.put(name, route);
        if (topics.size() > limits.topicsPerBroker()) {
            throw new MalformedFrameException("registration of more than " + limits.topicsPerBroker() + " topics");
        }
    }

    private static String text(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new MalformedFrameException(
                    "registration: a part of " + length + " bytes with " + in.remaining() + " left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new MalformedFrameException("registration: a topic's numbers of queues are not numbers");
        }
    }

    private static byte[] inflate(byte[] body, int bytesMax) {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(body);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] chunk = new byte[8_192];
            while (!inflater.finished()) {
                int length = inflater.inflate(chunk);
                if (length == 0 && !inflater.finished()) {
                    throw new MalformedFrameException("registration: the deflated body is truncated");
                }
                if (out.size() + length > bytesMax) {
                    throw new MalformedFrameException("registration inflates to more than " + bytesMax + " bytes");
                }
                out.write(chunk, 0, length);
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new MalformedFrameException("registration: the body is not deflated data");
        } finally {
            inflater.end();
        }
    }
}
