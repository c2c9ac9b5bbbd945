package io.posthorse.broker;

import java.util.ArrayList;
import java.util.List;

/** A named destination with partitions. */
public final class Topic {
    private final String name;
    private final List<Partition> partitions = new ArrayList<>(1);
    private TopicSettings settings;
    private final boolean internal;
    private boolean deleted;

    Topic(String name, TopicSettings settings, boolean internal) {
        this.name = name;
        this.settings = settings;
        this.internal = internal;
    }

    /** Whether it holds messages that wait; only the broker itself writes to it, and it cannot be deleted. */
    public boolean isInternal() {
        return internal;
    }

    public String name() {
        return name;
    }

    public TopicSettings settings() {
        return settings;
    }

    /** A partition by its number in the topic; null where there is none. */
    public Partition partition(int number) {
        return number >= 0 && number < partitions.size() ? partitions.get(number) : null;
    }

    public List<Partition> partitions() {
        return partitions;
    }

    /** Whether the topic was deleted; a reference that is kept longer than a command should ask. */
    public boolean isDeleted() {
        return deleted;
    }

    void settings(TopicSettings changed) {
        settings = changed;
    }

    void delete() {
        deleted = true;
    }
}
