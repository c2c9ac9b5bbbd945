package io.posthorse.protocol.rocketmq;

import java.util.Map;
import java.util.function.Consumer;

/** What tools may see and change of the process that this broker runs in. */
public interface Operations {
    /** Settings in force as texts, by RocketMQ's names; nothing secret is among them. */
    Map<String, String> settings();

    /**
     * Changes settings, all of them or none, at once and for the starts to come.
     *
     * @param properties lines key=value; an empty value takes a change back
     * @param decided runs once it is certain that something changes, and before it does
     * @param done gets null once the change is kept on the disk, else what a tool is to be told
     */
    void change(String properties, Runnable decided, Consumer<String> done);

    /** How often settings were changed since they were first kept. */
    long changes();

    /** Size of the volume with the data directory, in bytes. */
    long volumeBytes();

    /** Bytes left on it. */
    long freeBytes();
}
