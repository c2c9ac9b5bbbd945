package io.posthorse.broker;

import java.util.List;

/**
 * The names of the broker's own topics, in which messages wait. Clients never write to them.
 *
 * @param schedule messages with one of the fixed delays, a partition for each delay
 * @param timed messages with a time of their own
 * @param prepared messages whose transaction is undecided
 * @param suspended messages whose transaction nobody decided; a user may inspect, resume or drop them
 */
public record InternalTopics(String schedule, String timed, String prepared, String suspended) {
    /** Returns the topics of one partition. */
    List<String> single() {
        return List.of(timed, prepared, suspended);
    }

    boolean contains(String topic) {
        return topic.equals(schedule) || single().contains(topic);
    }
}
