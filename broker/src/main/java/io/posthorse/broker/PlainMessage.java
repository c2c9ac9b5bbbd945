package io.posthorse.broker;

import java.util.List;
import java.util.Map;

/**
 * A message in the common form of all protocols, on its way from its producer's format to that of a consumer of another
 * protocol. It is made when it is read, never stored.
 *
 * @param place where it is stored
 * @param id id that its producer gave it; null for none
 * @param correlationId id of the message that it answers or belongs to; null for none
 * @param replyTo destination of answers, in the form of its producer's protocol; null for none
 * @param type kind of message for the application; null for none
 * @param tag tag for filters; null for none
 * @param keys words by which it is found
 * @param traits priority, expiry, group and whether it is to survive
 * @param createdMs time of its creation by the producer, ms since 1970
 * @param properties properties of the application, by name: null, Boolean, Byte, Short, Integer, Long, Float, Double or
 *     String
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
     * The place of a stored message.
     *
     * @param partition number in the topic
     * @param storedMs time at which it was stored, ms since 1970
     */
    public record Place(String topic, int partition, long offset, long position, long storedMs) {}

    /** The body of a message. */
    public sealed interface Body {}

    /** Bytes with a meaning to the applications only. */
    public record Bytes(byte[] bytes) implements Body {}

    public record Text(String text) implements Body {}

    /** Named values: those of properties, characters and arrays of bytes, and lists and maps of all of them. */
    public record Fields(Map<String, Object> values) implements Body {}

    /** A sequence of values. */
    public record Sequence(List<Object> values) implements Body {}

    /** A serialized object, which the broker never deserializes. */
    public record Opaque(byte[] bytes) implements Body {}
}
