package io.posthorse.codec.rocketmq;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** A captured answer of a RocketMQ 5.5.0 cluster: the bytes of its header and body. */
record Golden(String header, String body) {
    static Golden load(String name) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + name + ".txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            int end = text.indexOf('\n');
            String body = text.substring(end + 1).strip();
            return new Golden(text.substring("HEADER ".length(), end), body.substring("BODY".length()).strip());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    byte[] bodyBytes() {
        return body.getBytes(StandardCharsets.UTF_8);
    }

    /** Returns the frame as it was on the wire, without its length. */
    byte[] frame() {
        byte[] headerBytes = header.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + headerBytes.length + bodyBytes().length)
                .putInt(headerBytes.length)
                .put(headerBytes)
                .put(bodyBytes())
                .array();
    }
}
