package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MalformedFrameException;

/**
 * An operator's choice of waiting messages.
 *
 * @param topic null for all
 * @param fromMs first time that is included, ms since 1970: when they are due, were prepared or were set aside
 * @param toMs first time that is no longer included
 * @param limit maximum number, 1 to {@link #LIMIT_MAX}
 * @param behindMs place in the list behind which this answer begins: a time, a lane, or unused
 * @param behindOffset offset of that place
 */
record WaitingQuery(String topic, long fromMs, long toMs, int limit, long behindMs, long behindOffset) {
    static final int LIMIT_MAX = 1_000;

    private static final int LIMIT_DEFAULT = 100;
    private static final char SEPARATOR = '.';

    /**
     * Reads a request's fields: topic, from, to, limit, token; all may be missing.
     *
     * @throws MalformedFrameException where a field is invalid
     */
    static WaitingQuery of(Frame request, WaitingKind kind) {
        String topic = request.field("topic");
        long from = request.number("from", Long.MIN_VALUE);
        long to = request.number("to", Long.MAX_VALUE);
        long limit = request.number("limit", LIMIT_DEFAULT);
        if (limit < 1) {
            throw new MalformedFrameException("the limit must be 1 to " + LIMIT_MAX + ", not " + limit);
        }
        String token = request.field("token");
        boolean begins = token == null || token.isEmpty();
        long[] place = begins ? new long[] {kind == WaitingKind.LEVEL ? 0 : from, -1} : place(token);
        return new WaitingQuery(
                topic == null || topic.isEmpty() ? null : topic, from, to, (int) Math.min(limit, LIMIT_MAX), place[0],
                place[1]);
    }

    private static long[] place(String token) {
        int split = token.indexOf(SEPARATOR);
        try {
            return new long[] {Long.parseLong(token.substring(0, split)), Long.parseLong(token.substring(split + 1))};
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            throw new MalformedFrameException("the token is not one that a list returned; begin the list again");
        }
    }

    /** Returns the token with which a later request continues behind a place. */
    static String token(long ms, long offset) {
        return Long.toString(ms) + SEPARATOR + offset;
    }

    boolean isIn(long ms) {
        return ms >= fromMs && ms < toMs;
    }

    /** Returns whether messages have to be read to decide whether they are wanted, beyond their delivery time. */
    boolean sifts(WaitingKind kind) {
        return topic != null || kind != WaitingKind.TIME && (fromMs != Long.MIN_VALUE || toMs != Long.MAX_VALUE);
    }
}
