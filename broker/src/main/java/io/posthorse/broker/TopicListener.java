package io.posthorse.broker;

/** Hears of topics that come and go, by whomever, once that is committed; on the owner's thread, outside of any command. */
public interface TopicListener {
    /** A topic was created. By now it may be gone again. */
    void created(Topic topic);

    /** A topic was deleted. Another one of that name may be there by now. */
    void deleted(Topic topic);

    /** A topic that was there got other settings or more partitions. By now it may be gone. */
    default void changed(Topic topic) {}
}
