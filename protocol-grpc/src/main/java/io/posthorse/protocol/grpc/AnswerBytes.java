package io.posthorse.protocol.grpc;

import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;

/**
 * The bytes of messages on their way to clients, in total and by connection: a client that does not read its answers must
 * not fill the memory of all. Used on the owner's thread only.
 */
final class AnswerBytes {
    /** Maximum bytes of one connection, except for a single longer answer. */
    static final long CONNECTION_MAX = 8 << 20;

    private final long max;
    private final Quota bytes;

    /**
     * @param max maximum bytes of all connections, except for a single longer answer
     * @param shares shares of one user and one address
     */
    AnswerBytes(long max, QuotaShares shares) {
        this.max = max;
        this.bytes = new Quota(max, shares);
    }

    /** The bytes of one call that are on their way. */
    final class Charge {
        private final Caller.Connection connection;
        private final QuotaHolder holder;
        private long held;
        private boolean ended;

        private Charge(Caller.Connection connection, QuotaHolder holder) {
            this.connection = connection;
            this.holder = holder;
        }

        /**
         * Returns whether an answer of up to {@code more} bytes fits now; otherwise there will be room when others were
         * read.
         */
        boolean hasRoom(long more) {
            return (bytes.taken() == 0 || bytes.taken() + more <= max) && bytes.isWithinShare(holder)
                    && (connection.answerBytes == 0 || connection.answerBytes + more <= CONNECTION_MAX);
        }

        /** Adds the bytes of an answer. */
        void add(long more) {
            if (!ended) {
                held += more;
                connection.answerBytes += more;
                bytes.note(holder, more);
            }
        }

        /** Releases the bytes: the answer was read, or its client is gone. */
        void end() {
            ended = true;
            connection.answerBytes -= held;
            bytes.note(holder, -held);
            held = 0;
        }
    }

    Charge begin(Caller.Connection connection, QuotaHolder holder) {
        return new Charge(connection, holder);
    }
}
