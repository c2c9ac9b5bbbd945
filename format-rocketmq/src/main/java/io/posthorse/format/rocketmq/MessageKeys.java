package io.posthorse.format.rocketmq;

import io.posthorse.broker.KeyHash;
import io.posthorse.codec.rocketmq.ByteSearch;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** What a message is found by: its unique key as a whole, and every word of its keys. */
public final class MessageKeys {
    private MessageKeys() {}

    /** Gives the hash of a unique key, whatever is in it; an empty one is none. */
    public static void unique(byte[] text, int from, int length, int topicHash, IntConsumer sink) {
        if (length > 0) {
            sink.accept(KeyHash.of(topicHash, KeyHash.text(text, from, length)));
        }
    }

    /** Gives the hash of each word between two indexes. */
    public static void words(byte[] text, int from, int end, int topicHash, IntConsumer sink) {
        int start = from;
        while (start < end) {
            int stop = ByteSearch.first(text, start, end, (byte) ' ');
            if (stop > start) {
                sink.accept(KeyHash.of(topicHash, KeyHash.text(text, start, stop - start)));
            }
            start = stop + 1;
        }
    }

    /** Whether a value has a key among its words. */
    public static boolean contains(String words, String key) {
        return words != null && Arrays.asList(words.split(" ")).contains(key);
    }
}
