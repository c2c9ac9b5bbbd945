package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/** Topics whose record was damaged, made again in this opening as their messages describe them. */
final class RecoveredTopics {
    private final State state;
    private final TreeSet<String> names = new TreeSet<>();
    private long unrecovered;

    RecoveredTopics(State state) {
        this.state = state;
    }

    /** Topics that were made again, with settings by default. */
    SortedSet<String> names() {
        return Collections.unmodifiableSortedSet(names);
    }

    /** Messages that belong to no known topic. */
    long unrecovered() {
        return unrecovered;
    }

    /** Whether a message of that link waits for another partition than the one in which it stands. */
    static boolean hasTarget(byte link) {
        return link == RecordFormat.LINK_DUE_TO || link == RecordFormat.LINK_DUE_AT || link == RecordFormat.LINK_PREPARED;
    }

    /**
     * The partition of a message that says that there was one whose creation is not in the log; null where it can't be made.
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
                topic = null; // whole by its checksum, but of no sense to its format
            }
        }
        return make(topic, number, id);
    }

    /** The number is taken whether the partition can be made or not, so that no later one gets these messages. */
    private Partition make(String name, int number, int id) {
        state.partitions().skipTo(id + 1);
        Topic topic = name == null ? null : state.topics.get(name);
        int known = topic == null ? 0 : topic.size();
        int firstNew = id - (number - known); // the partitions of a topic have numbers in a row
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
