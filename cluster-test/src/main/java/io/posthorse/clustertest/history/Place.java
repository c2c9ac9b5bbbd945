package io.posthorse.clustertest.history;

/**
 * A partition of a topic.
 *
 * @param topic the topic, as RocketMQ clients name it
 * @param partition its number; {@link #ANY} where the client does not choose or learn it
 */
public record Place(String topic, int partition) implements Comparable<Place> {
    /** Stands for a partition that the client does not know. */
    public static final int ANY = -1;

    /** Returns a partition of a topic that the client does not know. */
    public static Place somewhereIn(String topic) {
        return new Place(topic, ANY);
    }

    /** Returns whether the partition is known. */
    public boolean known() {
        return partition != ANY;
    }

    @Override
    public int compareTo(Place other) {
        int byTopic = topic.compareTo(other.topic);
        return byTopic != 0 ? byTopic : Integer.compare(partition, other.partition);
    }

    @Override
    public String toString() {
        return topic + ":" + (known() ? partition : "?");
    }
}
