package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.JsonWriter;

/** What is known about copies of this broker's messages on its slaves, or on its master. Used on the owner's thread. */
public interface Copies {
    /** No other copies are known. */
    Copies NONE = new Copies() { };

    /** Returns whether the answer to a send waits for a slave. */
    default boolean isSync() {
        return false;
    }

    /** Returns the time in ms for which it waits at most. */
    default long timeoutMs() {
        return 0;
    }

    /** Returns whether there is a slave that may soon have everything up to a position. */
    default boolean isSlaveThere(long end) {
        return false;
    }

    /** Returns whether a slave has everything up to a position. */
    default boolean isCopied(long end) {
        return true;
    }

    /**
     * Returns the id of the broker that a consumer should ask next: 0 for the master.
     *
     * @param isFarBehind whether it reads messages that may have to come from the disk
     */
    default long suggested(boolean isFarBehind) {
        return 0;
    }

    /**
     * Returns whether consumers may be told where their group is, and who is in it. Another node may have accepted later
     * offsets, and know more of the consumers: those who believed this one would begin too early, or take others' queues.
     */
    default boolean knowsGroups() {
        return true;
    }

    /** Writes an object with the state of the copies, as RocketMQ's tools read it (HARuntimeInfo). */
    default void write(JsonWriter out) {
        out.beginObject().name("master").value(true).name("masterCommitLogMaxOffset").value(0);
        out.name("inSyncSlaveNums").value(0).name("haConnectionInfo").beginArray().endArray().endObject();
    }
}
