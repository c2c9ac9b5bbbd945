package io.posthorse.broker;

/** A message as it was sent. */
final class Sending {
    final long messageId;
    final int target;
    final int bodyLength;
    final Model.Wait wait;
    final long dueMs;
    /** By the time of the world; null for any. */
    WorldTime.Due due;
    /** Whether an operator asked to have it before its time. */
    boolean hurried;
    /** Whether somebody asked to take it back; {@code takenBack} once that was acknowledged. */
    boolean unwanted;

    boolean takenBack;
    /** Whether the record is gone that says that it waits no longer where it waited. */
    boolean mayRepeat;
    /** Whether it may have been given up with its topic, which is back since the record of its end has rotted. */
    boolean mayMiss;

    Sending(long messageId, int target, int bodyLength, Model.Wait wait, long dueMs) {
        this.messageId = messageId;
        this.target = target;
        this.bodyLength = bodyLength;
        this.wait = wait;
        this.dueMs = dueMs;
    }

    /** What its sender does with it, whenever it is asked: one in three is taken back. */
    boolean isCommitted() {
        return messageId % 3 != 0;
    }

    @Override
    public String toString() {
        return messageId + " to " + target + ", " + wait;
    }
}
