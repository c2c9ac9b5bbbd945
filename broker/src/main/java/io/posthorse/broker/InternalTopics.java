package io.posthorse.broker;

import java.util.List;

/**
 * Names of the topics in which the broker itself keeps messages that wait. Nobody else writes to them.
 *
 * @param schedule messages with one of the fixed delays, a partition for each delay
 * @param timed messages with a time of their own
 * @param prepared messages whose transaction is undecided
 * @param suspended messages whose transaction nobody decided; a user may look at them, resume them or drop them
 */
public record InternalTopics(String schedule, String timed, String prepared, String suspended) {
    /** The topics of one partition. */
    List<String> single() {
        return List.of(timed, prepared, suspended);
    }

    boolean contains(String topic) {
        return topic.equals(schedule) || single().contains(topic);
    }
}
