package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** The topics whose record is damaged, created again in this opening from their messages. */
final class RecoveredTopics {
    private final State state;
    private final TreeSet<String> names = new TreeSet<>();
    private long unrecovered;

    RecoveredTopics(State state) {
        this.state = state;
    }

    /** Returns the topics that were created again, with default settings. */
    SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(names);
    }

    /** Returns the number of messages without a known topic. */
    long unrecovered() {
        return unrecovered;
    }

    /** Returns whether a message with that link waits for another partition than its own. */
    static boolean hasTarget(byte link) {
        return link == RecordFormat.LINK_DUE_TO || link == RecordFormat.LINK_DUE_AT || link == RecordFormat.LINK_PREPARED;
    }

    /**
     * Returns the partition of a message that proves its existence, although the log lacks its creation; null where it
     * cannot be created.
     */
    Partition partition(ByteBuffer bytes, int at, int length, int id, MessageFormat[] formats) {
        byte link = bytes.get(at + RecordFormat.LINK);
        boolean isHome = !hasTarget(link);
        MessageFormat format = formats[bytes.get(at + RecordFormat.FORMAT) & 0x7F];
        String topic = null;
        int number = -1;
        if (format != null && isHome) {
            try {
                topic = format.topic(bytes, at + RecordFormat.NATIVE, length - RecordFormat.NATIVE);
                number = topic == null ? -1 : format.partition(bytes, at + RecordFormat.NATIVE,
                        length - RecordFormat.NATIVE);
            } catch (RuntimeException | StackOverflowError e) {
                topic = null; // its checksum is right, but it is malformed in its format
            }
        }
        return make(topic, number, id);
    }

    /** Creates the partition. Its number counts as used in any case, so that no later partition gets these messages. */
    private Partition make(String name, int number, int id) {
        state.partitions().skipTo(id + 1);
        Topic topic = name == null ? null : state.topics.get(name);
        int known = topic == null ? 0 : topic.size();
        int firstNew = id - (number - known); // the partitions of a topic have consecutive numbers
        boolean fits = name != null && Bounds.problem(name) == null
                && number >= known && number < TopicSettings.RECOVERED_MAX && firstNew >= 0
                && state.partitions().areUnmade(firstNew, id + 1);
        if (!fits) {
            unrecovered++;
            return null;
        }
        names.add(name);
        TopicSettings settings = topic == null ? TopicSettings.of(1) : topic.settings();
        state.apply(new Event.TopicChanged(name, settings.withPartitions(number + 1), firstNew), -1);
        return state.partition(id);
    }
}
