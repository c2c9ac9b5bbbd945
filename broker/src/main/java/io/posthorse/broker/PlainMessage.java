package io.posthorse.broker;

import java.util.List;
import java.util.Map;

/**
 * A message as every protocol can say it, on its way from the format of its producer to that of a consumer of another
 * protocol. Made when it is read, never stored.
 *
 * @param place where it is stored
 * @param id what its producer calls it; null for none
 * @param correlationId what it answers or belongs to; null for none
 * @param replyTo where answers are to go, as its producer's protocol writes it; null for none
 * @param type what kind of message it is for the application; null for none
 * @param tag what consumers filter by; null for none
 * @param keys words that it is found by
 * @param traits priority, expiry, group and whether it is to survive
 * @param createdMs when its producer made it, ms since 1970
 * @param properties the application's own, by name: null, Boolean, Byte, Short, Integer, Long, Float, Double or String
 */
public record PlainMessage(
        Place place,
        String id,
        String correlationId,
        String replyTo,
        String type,
        String tag,
        List<String> keys,
        MessageTraits traits,
        long createdMs,
        Map<String, Object> properties,
        Body body) {

    /**
     * Where a message is stored.
     *
     * @param partition number in the topic
     * @param storedMs when it was stored, ms since 1970
     */
    public record Place(String topic, int partition, long offset, long position, long storedMs) {}

    /** What a message says. */
    public sealed interface Body {}

    /** Bytes that mean something to the applications only. */
    public record Bytes(byte[] bytes) implements Body {}

    public record Text(String text) implements Body {}

    /** Named values: those of properties, characters and arrays of bytes, and lists and maps of all of them. */
    public record Fields(Map<String, Object> values) implements Body {}

    /** Values in a row. */
    public record Sequence(List<Object> values) implements Body {}

    /** A serialized object, which nobody here opens. */
    public record Opaque(byte[] bytes) implements Body {}
}
