package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.RequestCode;

/** What a message waits for. */
enum WaitingKind {
    /** A delivery time of their own. */
    TIME("time", "deliverTimestamp"),
    /** The delay of a level; a place in its list is a delay lane and an offset. */
    LEVEL("level", "deliverTimestamp"),
    /** An operator, since nobody decided its transaction. */
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
     * Returns the kind that a request for a list names.
     *
     * @throws MalformedFrameException where this request has no list of that kind
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

    /** Returns the name of the member of a row that contains its time. */
    String timeName() {
        return timeName;
    }

    /**
     * Returns the id of a message; ids of different kinds differ.
     *
     * @param lane used for {@link #LEVEL} only
     */
    String id(int lane, long offset) {
        return switch (this) {
            case LEVEL -> "L" + (lane + 1) + "." + offset;
            case UNDECIDED -> "U" + offset;
            default -> Long.toString(offset);
        };
    }

    /** Returns whether an id is one of this kind, for the kinds that no command can change; false for the others. */
    boolean owns(String id) {
        return this == LEVEL && id.matches("L\\d{1,9}\\.\\d{1,18}") || this == UNDECIDED && id.matches("U\\d{1,18}");
    }
}
