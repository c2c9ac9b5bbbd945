package io.posthorse.clustertest.check;

/** What can be wrong with a history. */
public enum Verdict {
    /** Acknowledged, and not there; it lay before the first message that the replica still has. */
    LOST_PREFIX,
    /** Acknowledged, and not there, between others that are. */
    LOST_MIDDLE,
    /** Acknowledged, and not there; it lay behind the last message that the replica has. */
    LOST_POSTFIX,
    /** Stored or delivered, and never sent. */
    INVENTED,
    /** Stored or delivered with another body. */
    CHANGED,
    /** Stored more often than clients have sent it. */
    DOUBLED,
    /** Stored at another place or offset than was answered. */
    MOVED,
    /** Stored although every attempt was answered as refused. */
    STORED_THOUGH_REFUSED,
    /** Stored or first delivered before one of the same order that was sent earlier. */
    REORDERED,
    /** Two messages at one offset. */
    OFFSET_TWICE,
    /** Replicas hold different messages at one offset, or one of them holds none. */
    DISAGREE,
    /** Delivered, and in the end no replica has it, although nobody was told that it is stored. */
    VISIBLE_THEN_GONE,
    /** Delivered again after its settlement was answered, or a group goes on below the offset that it was told is stored. */
    SETTLED_AGAIN,
    /** Stored, or taken back to come again, and not delivered to a group that consumed to the end. */
    UNDELIVERED,
    /** A transaction that is visible in part, or although it was rolled back, or before its end. */
    HALF_VISIBLE,
    /** Delivered before it was due. */
    EARLY
}
