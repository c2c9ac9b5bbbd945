package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.RequestCode;

/** What messages wait for. */
enum WaitingKind {
    /** A delivery time of their own. */
    TIME("time", "deliverTimestamp"),
    /** The delay of a level; a list's place is a lane and an offset. */
    LEVEL("level", "deliverTimestamp"),
    /** An operator, as nobody decided their transaction. */
    SET_ASIDE("set-aside", "setAsideTimestamp"),
    /** The decision of a transaction. */
    UNDECIDED("undecided", "preparedTimestamp");

    private final String text;
    private final String timeName;

    WaitingKind(String text, String timeName) {
        this.text = text;
        this.timeName = timeName;
    }

    /**
     * The kind that a request for a list names.
     *
     * @throws MalformedFrameException where the code's list has no such kind
     */
    static WaitingKind of(Frame request) {
        boolean delayed = request.code() == RequestCode.LIST_DELAYED_MESSAGES;
        WaitingKind usual = delayed ? TIME : SET_ASIDE;
        WaitingKind other = delayed ? LEVEL : UNDECIDED;
        String name = request.field("kind");
        if (name == null || name.isEmpty() || name.equals(usual.text)) {
            return usual;
        }
        if (name.equals(other.text)) {
            return other;
        }
        throw new MalformedFrameException("this list has the kinds " + usual.text + " and " + other.text + ", not " + name);
    }

    /** The member of a row that has its time. */
    String timeName() {
        return timeName;
    }

    /**
     * What a message is known by; those of different kinds are never taken for each other.
     *
     * @param lane only looked at for {@link #LEVEL}
     */
    String id(int lane, long offset) {
        return switch (this) {
            case LEVEL -> "L" + (lane + 1) + "." + offset;
            case UNDECIDED -> "U" + offset;
            default -> Long.toString(offset);
        };
    }

    /** Whether an id is one of a kind that no command is for, as {@link #id} gives them. */
    boolean owns(String id) {
        return this == LEVEL && id.matches("L\\d{1,9}\\.\\d{1,18}") || this == UNDECIDED && id.matches("U\\d{1,18}");
    }
}
