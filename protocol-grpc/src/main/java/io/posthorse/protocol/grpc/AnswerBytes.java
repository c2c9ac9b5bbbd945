package io.posthorse.protocol.grpc;

/**
 * Bytes of messages that are on their way to clients, in all and by connection: one that takes nothing of what it asks for
 * must not fill the memory of all. Used on the owner's thread only.
 */
final class AnswerBytes {
    /** Most bytes of one connection, but for a single answer that is longer. */
    static final long CONNECTION_MAX = 8 << 20;

    private final long max;
    private long all;

    /** @param max most bytes of all connections, but for a single answer that is longer */
    AnswerBytes(long max) {
        this.max = max;
    }

    /** What one call has on its way. */
    final class Charge {
        private final Caller.Connection connection;
        private long bytes;
        private boolean ended;

        private Charge(Caller.Connection connection) {
            this.connection = connection;
        }

        /** Whether an answer of up to so many bytes may be made now; else there will be room when others were taken. */
        boolean hasRoom(long more) {
            return (all == 0 || all + more <= max)
                    && (connection.answerBytes == 0 || connection.answerBytes + more <= CONNECTION_MAX);
        }

        /** An answer is made. */
        void add(long more) {
            if (!ended) {
                bytes += more;
                connection.answerBytes += more;
                all += more;
            }
        }

        /** The answer was taken, or its client is gone. */
        void end() {
            ended = true;
            connection.answerBytes -= bytes;
            all -= bytes;
            bytes = 0;
        }
    }

    Charge begin(Caller.Connection connection) {
        return new Charge(connection);
    }
}
