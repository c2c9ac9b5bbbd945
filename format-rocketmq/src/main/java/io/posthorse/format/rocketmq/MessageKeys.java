package io.posthorse.format.rocketmq;

import io.posthorse.broker.KeyHash;
import io.posthorse.codec.rocketmq.ByteSearch;
import java.util.Arrays;
import java.util.function.IntConsumer;

/** The keys by which a message is found: its unique key as a whole, and each word of its keys. */
public final class MessageKeys {
    private MessageKeys() {}

    /** Passes on the hash of a unique key, which may contain blanks; does nothing for an empty one. */
    public static void unique(byte[] text, int from, int length, int topicHash, IntConsumer sink) {
        if (length > 0) {
            sink.accept(KeyHash.of(topicHash, KeyHash.text(text, from, length)));
        }
    }

    /** Passes on the hash of each word between two indexes. */
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

    /** Returns whether a key is one of the words. */
    public static boolean contains(String words, String key) {
        return words != null && Arrays.asList(words.split(" ")).contains(key);
    }
}
