package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Fetch;
import io.posthorse.codec.rocketmq.ResponseWriter;
import io.posthorse.format.rocketmq.Fields;

/** The numbers in a pull answer's header. */
record PullAnswer(long next, long begin, long end) {

    static PullAnswer of(Fetch fetch) {
        return new PullAnswer(fetch.next(), fetch.begin(), fetch.end());
    }

    /** The same with another offset to go on at. */
    PullAnswer at(long otherNext) {
        return new PullAnswer(otherNext, begin, end);
    }

    /** Puts the header; the caller ends it with the length of the body. */
    void header(ResponseWriter out, int opaque, boolean binary, int code, String remark) {
        out.begin(binary, code, opaque, remark);
        out.field(Fields.SUGGESTED_BROKER, 0);
        out.field(Fields.GROUP_FLAG, 0);
        out.field(Fields.NEXT_OFFSET, next);
        out.field(Fields.MAX_OFFSET, end);
        out.field(Fields.MIN_OFFSET, begin);
        out.field(Fields.TOPIC_FLAG, 0);
    }
}
