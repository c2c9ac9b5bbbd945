package io.posthorse.broker;

/**
 * A listener for topics that are created and deleted, by anybody, called once that is committed, on the owner's thread and
 * outside of any command.
 */
public interface TopicListener {
    /** Notes that a topic was created. It may be deleted again by now. */
    void created(Topic topic);

    /** Notes that a topic was deleted. Another one of that name may exist by now. */
    void deleted(Topic topic);

    /** Notes that an existing topic got other settings or more partitions. It may be deleted by now. */
    default void changed(Topic topic) {}
}
