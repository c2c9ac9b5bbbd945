package io.posthorse.protocol.rocketmq;

import java.util.Map;
import java.util.function.Consumer;

/** The state and settings of the process that tools may see and change. */
public interface Operations {
    /** Returns the settings in force as texts, by RocketMQ's names, without secrets. */
    Map<String, String> settings();

    /**
     * Changes settings, all of them or none, at once and for later starts.
     *
     * @param properties lines key=value; an empty value reverts a change
     * @param decided runs once it is certain that something changes, and before it does
     * @param done gets null once the change is stored on the disk, or else an error text for the tool
     */
    void change(String properties, Runnable decided, Consumer<String> done);

    /** Returns how many times settings were changed since they were first stored. */
    long changes();

    /** Returns the size in bytes of the volume with the data directory. */
    long volumeBytes();

    /** Returns the free bytes of that volume. */
    long freeBytes();
}
