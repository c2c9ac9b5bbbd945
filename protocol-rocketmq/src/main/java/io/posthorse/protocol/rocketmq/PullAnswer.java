package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.FetchResult;
import io.posthorse.codec.rocketmq.ResponseWriter;
import io.posthorse.format.rocketmq.FieldNames;

/**
 * The offsets in the header of a pull answer.
 *
 * @param suggested id of the broker to ask next, 0 for the master
 */
record PullAnswer(long next, long begin, long end, long suggested) {

    static PullAnswer of(FetchResult fetch, Copies copies) {
        boolean isFarBehind = fetch.status() == FetchResult.Status.FOUND && fetch.isCold();
        return new PullAnswer(fetch.next(), fetch.begin(), fetch.end(), copies.suggested(isFarBehind));
    }

    /** Returns the same answer with another next offset. */
    PullAnswer at(long otherNext) {
        return new PullAnswer(otherNext, begin, end, suggested);
    }

    /** Writes the header; the caller ends it with the length of the body. */
    void header(ResponseWriter out, int opaque, boolean binary, int code, String remark) {
        out.begin(binary, code, opaque, remark);
        out.field(FieldNames.SUGGESTED_BROKER, suggested);
        out.field(FieldNames.GROUP_FLAG, 0);
        out.field(FieldNames.NEXT_OFFSET, next);
        out.field(FieldNames.MAX_OFFSET, end);
        out.field(FieldNames.MIN_OFFSET, begin);
        out.field(FieldNames.TOPIC_FLAG, 0);
    }
}
