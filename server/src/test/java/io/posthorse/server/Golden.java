package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Answers of a RocketMQ 5.5.0 cluster, stored with the codec's test files. */
final class Golden {
    private static final String FILES = "codec-rocketmq/src/test/resources/golden";

    private Golden() {}

    /** Returns the JSON body of an answer. */
    static JsonValue.Obj body(String name) {
        return JsonReader.read(lines(name).get(1).substring("BODY ".length()).getBytes(StandardCharsets.UTF_8)).asObject();
    }

    static Frame answer(String name) {
        byte[] header = lines(name).getFirst().substring("HEADER ".length()).getBytes(StandardCharsets.UTF_8);
        return FrameCodec.decode(ByteBuffer.allocate(4 + header.length).putInt(header.length).put(header).array());
    }

    private static List<String> lines(String name) {
        Path root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve(FILES))) {
            root = root.getParent();
        }
        try {
            return Files.readAllLines(root.resolve(FILES).resolve(name + ".txt"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Asserts that our answer has the code and the header fields of RocketMQ's. */
    static void assertLike(String name, Frame ours) {
        Frame theirs = answer(name);
        assertEquals(theirs.code(), ours.code(), ours.remark());
        assertEquals(theirs.fields().keySet(), ours.fields().keySet());
        assertEquals(theirs.flag(), ours.flag());
        assertEquals(theirs.version(), ours.version());
    }
}
