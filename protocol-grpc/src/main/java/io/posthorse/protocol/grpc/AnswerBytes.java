package io.posthorse.protocol.grpc;

import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;

/**
 * Bytes of messages that are on their way to clients, in all and by connection: one that takes nothing of what it asks for
 * must not fill the memory of all. Used on the owner's thread only.
 */
final class AnswerBytes {
    /** Most bytes of one connection, but for a single answer that is longer. */
    static final long CONNECTION_MAX = 8 << 20;

    private final long max;
    private final Quota bytes;

    /**
     * @param max most bytes of all connections, but for a single answer that is longer
     * @param shares what one user and one address may have of them
     */
    AnswerBytes(long max, QuotaShares shares) {
        this.max = max;
        this.bytes = new Quota(max, shares);
    }

    /** What one call has on its way. */
    final class Charge {
        private final Caller.Connection connection;
        private final QuotaHolder holder;
        private long held;
        private boolean ended;

        private Charge(Caller.Connection connection, QuotaHolder holder) {
            this.connection = connection;
            this.holder = holder;
        }

        /** Whether an answer of up to so many bytes may be made now; else there will be room when others were taken. */
        boolean hasRoom(long more) {
            return (bytes.taken() == 0 || bytes.taken() + more <= max) && bytes.isWithinShare(holder)
                    && (connection.answerBytes == 0 || connection.answerBytes + more <= CONNECTION_MAX);
        }

        /** An answer is made. */
        void add(long more) {
            if (!ended) {
                held += more;
                connection.answerBytes += more;
                bytes.note(holder, more);
            }
        }

        /** The answer was taken, or its client is gone. */
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
