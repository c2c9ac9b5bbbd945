package io.posthorse.broker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The codec of texts and settings in events and checkpoints. A text is u16 length and UTF-8, a flag is one byte, numbers
 * are big endian. Everything written can be read back, and each length is checked against the available bytes: a wrong one
 * is a {@link MalformedEventException}.
 */
final class FieldCodec {
    private static final int TEXT_MAX = 0xFFFF;
    private static final int SUBSCRIPTION_FIXED = 1 + 1 + 1 + 1 + 4 + 4 + 1;

    /** Bits of the first byte of a subscription's settings. Logs of earlier releases have the first two only. */
    private static final int CONSUME = 1;

    private static final int HAS_ATTRIBUTES = 2;
    /**
     * Set where the bits above and their fields are present; earlier logs have the broker's own marks among the attributes.
     */
    private static final int TYPED = 4;

    private static final int SETTLES = 8;
    private static final int HAS_ORIGIN = 16;

    private FieldCodec() {}

    static int size(String text) {
        return 2 + text.getBytes(StandardCharsets.UTF_8).length;
    }

    /** @throws IllegalArgumentException where the text is longer than its length field can say */
    static void put(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > TEXT_MAX) {
            throw new IllegalArgumentException("a text of " + bytes.length + " bytes cannot be stored; the maximum is "
                    + TEXT_MAX);
        }
        out.putShort((short) bytes.length).put(bytes);
    }

    static String text(ByteBuffer in) {
        int length = number16(in);
        require(length <= in.remaining(), "a text of %d bytes, but only %d bytes are left", length, in.remaining());
        byte[] bytes = new byte[length];
        in.get(bytes);
        String text = new String(bytes, StandardCharsets.UTF_8);
        // invalid UTF-8 is read as a replacement character of three bytes
        require(length <= TEXT_MAX / 3 || size(text) - 2 <= TEXT_MAX,
                "a text of %d bytes that cannot be written again", length);
        return text;
    }

    /** Reads a count of entries, and checks that their bytes are there. */
    static int count(ByteBuffer in, int bytesEach) {
        int count = number(in);
        require(count >= 0 && (long) count * bytesEach <= in.remaining(),
                "%d entries of %d bytes, but only %d bytes are left", count, bytesEach, in.remaining());
        return count;
    }

    static int number(ByteBuffer in) {
        require(in.remaining() >= 4, "the bytes end within a number");
        return in.getInt();
    }

    static long number64(ByteBuffer in) {
        require(in.remaining() >= 8, "the bytes end within a number");
        return in.getLong();
    }

    /** Reads so many bytes. */
    static byte[] bytes(ByteBuffer in, int length) {
        require(length >= 0 && length <= in.remaining(), "%d bytes, but only %d are left", length, in.remaining());
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    static int number16(ByteBuffer in) {
        require(in.remaining() >= 2, "the bytes end within a number");
        return in.getShort() & 0xFFFF;
    }

    static byte number8(ByteBuffer in) {
        require(in.hasRemaining(), "the bytes end before the last field");
        return in.get();
    }

    /** @throws MalformedEventException where the condition does not hold */
    static void require(boolean holds, String problem, Object... values) {
        if (!holds) {
            throw new MalformedEventException(problem.formatted(values));
        }
    }

    // ---- settings

    static int size(TopicSettings settings) {
        return 4 + 4 + 1 + 1 + size(settings.attributes());
    }

    static void put(ByteBuffer out, TopicSettings settings) {
        out.putInt(settings.readPartitions()).putInt(settings.writePartitions());
        out.put((byte) settings.permissions()).put((byte) (settings.ordered() ? 1 : 0));
        put(out, settings.attributes());
    }

    static TopicSettings topicSettings(ByteBuffer in) {
        int read = number(in);
        int write = number(in);
        require(read >= 0 && write >= 0 && read <= TopicSettings.PARTITIONS_MAX && write <= TopicSettings.PARTITIONS_MAX,
                "a topic of %d and %d partitions", read, write);
        int permissions = number8(in);
        boolean ordered = number8(in) != 0;
        TreeMap<String, String> attributes = attributes(in);
        attributes.remove(Legacy.KEEP); // since then, durable subscriptions that settle one by one decide what is kept
        return new TopicSettings(read, write, permissions, ordered, attributes);
    }

    private static int size(SortedMap<String, String> attributes) {
        int size = 2;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            size += size(attribute.getKey()) + size(attribute.getValue());
        }
        return size;
    }

    private static void put(ByteBuffer out, SortedMap<String, String> attributes) {
        if (attributes.size() > TEXT_MAX) {
            throw new IllegalArgumentException(attributes.size() + " attributes cannot be stored; the maximum is "
                    + TEXT_MAX);
        }
        out.putShort((short) attributes.size());
        attributes.forEach((key, value) -> {
            put(out, key);
            put(out, value);
        });
    }

    private static TreeMap<String, String> attributes(ByteBuffer in) {
        TreeMap<String, String> attributes = new TreeMap<>();
        for (int left = number16(in); left > 0; left--) {
            attributes.put(text(in), text(in));
        }
        return attributes;
    }

    static int size(SubscriptionSettings settings) {
        SubscriptionOrigin origin = settings.origin();
        return SUBSCRIPTION_FIXED + (settings.attributes().isEmpty() ? 0 : size(settings.attributes()))
                + (origin == null ? 0 : size(origin.user()) + size(origin.source()) + size(origin.selector()) + 1);
    }

    static void put(ByteBuffer out, SubscriptionSettings settings) {
        boolean more = !settings.attributes().isEmpty();
        SubscriptionOrigin origin = settings.origin();
        boolean typed = settings.settlesOneByOne() || origin != null || more;
        out.put((byte) ((settings.consumeEnabled() ? CONSUME : 0)
                | (more ? HAS_ATTRIBUTES : 0)
                | (typed ? TYPED : 0)
                | (settings.settlesOneByOne() ? SETTLES : 0)
                | (origin != null ? HAS_ORIGIN : 0)));
        putFlag(out, settings.broadcastEnabled());
        putFlag(out, settings.consumeFromMin());
        putFlag(out, settings.ordered());
        out.putInt(settings.retryPartitions()).putInt(settings.retryMax());
        putFlag(out, settings.notifyMembers());
        if (more) {
            put(out, settings.attributes());
        }
        if (origin != null) {
            put(out, origin.user());
            put(out, origin.source());
            put(out, origin.selector());
            putFlag(out, origin.excludesOwn());
        }
    }

    static SubscriptionSettings subscriptionSettings(ByteBuffer in) {
        int first = number8(in);
        require((first & ~0x1F) == 0, "settings of a subscription that begin with %d", first);
        boolean broadcast = flag(in);
        boolean fromMin = flag(in);
        boolean ordered = flag(in);
        int retryPartitions = number(in);
        int retryMax = number(in);
        boolean notify = flag(in);
        TreeMap<String, String> attributes = (first & HAS_ATTRIBUTES) != 0 ? attributes(in) : new TreeMap<>();
        SubscriptionOrigin origin = (first & HAS_ORIGIN) != 0
                ? new SubscriptionOrigin(text(in), text(in), text(in), flag(in)) : null;
        boolean settles = (first & SETTLES) != 0;
        if ((first & TYPED) == 0) {
            settles = Legacy.settles(attributes);
            origin = Legacy.origin(attributes);
        }
        return new SubscriptionSettings((first & CONSUME) != 0, broadcast, fromMin, ordered, retryPartitions, retryMax,
                notify,
                settles, origin, attributes);
    }

    static void putFlag(ByteBuffer out, boolean flag) {
        out.put((byte) (flag ? 1 : 0));
    }

    static boolean flag(ByteBuffer in) {
        byte flag = number8(in);
        require(flag == 0 || flag == 1, "a flag with the value %d", flag);
        return flag == 1;
    }

    /** Marks among a topic's or subscription's attributes, from before there were fields for them. */
    private static final class Legacy {
        static final String KEEP = "keep";

        static boolean settles(SortedMap<String, String> attributes) {
            return "settled".equals(attributes.remove("delivery"));
        }

        static SubscriptionOrigin origin(SortedMap<String, String> attributes) {
            String source = attributes.remove("destination");
            String selector = attributes.remove("selector");
            String excludesOwn = attributes.remove("noLocal");
            String user = attributes.remove("user");
            return source == null
                    ? null
                    : new SubscriptionOrigin(orEmpty(user), source, orEmpty(selector), Boolean.parseBoolean(excludesOwn));
        }

        private static String orEmpty(String text) {
            return text == null ? "" : text;
        }
    }
}
