package io.posthorse.protocol.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.util.function.Consumer;
import java.util.function.IntSupplier;

/**
 * Bytes of messages that have begun to come on the calls of all connections. A call for whose bytes there is no room ends,
 * and its client tries again; one whose message is longer than any may be ends for good. Used on the thread of the
 * connections.
 */
final class RequestAssembly extends ServerStreamTracer.Factory {
    private static final Context.Key<Coming> COMING = Context.key("coming");
    /** Longest message of a call where bodies may not be longer than that: a send may bring many. */
    private static final int MESSAGE_BYTES_MIN = 20 << 20;
    /** What a body has around it. */
    private static final int AROUND_BODY = 1 << 20;
    private static final int HEAP_PART = 8;
    private static final Status TOO_LONG = Status.RESOURCE_EXHAUSTED.withDescription("the request is longer than any may be"
            + " here: send fewer messages at once, or raise maxMessageSize");
    private static final Status NO_ROOM = Status.RESOURCE_EXHAUSTED.withDescription("requests that have begun to come hold"
            + " as much memory as they may, or as one user or address may; nothing was done. Try again.");

    private final IntSupplier bodyMax;
    private final Quota bytes;
    private int messageMax;

    /** @param bodyMax longest body of a message, which may change */
    RequestAssembly(IntSupplier bodyMax, QuotaShares shares) {
        this.bodyMax = bodyMax;
        this.bytes = new Quota(0, shares);
    }

    /** Returns the longest message of a call where bodies may have so many bytes. */
    static int messageMax(int bodyBytes) {
        return Math.max(MESSAGE_BYTES_MIN, bodyBytes + AROUND_BODY);
    }

    /** Two of the longest have room however small the heap, and one of them is within anybody's share. */
    private void follow() {
        int now = messageMax(bodyMax.getAsInt());
        if (now != messageMax) {
            messageMax = now;
            bytes.change(Math.max(2L * now, Runtime.getRuntime().maxMemory() / HEAP_PART), now);
        }
    }

    /** What comes on the call that this thread is in. */
    static Coming current() {
        return COMING.get();
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        follow();
        return new Coming();
    }

    /** What comes on one call. */
    final class Coming extends ServerStreamTracer {
        private QuotaHolder holder;
        private Consumer<Status> refuse;
        private long held;
        private long unpacked;

        /**
         * The call's messages are read from now on.
         *
         * @param whose who is calling
         * @param ends ends the call
         */
        void begin(QuotaHolder whose, Consumer<Status> ends) {
            holder = whose;
            refuse = ends;
        }

        @Override
        public Context filterContext(Context context) {
            return context.withValue(COMING, this);
        }

        @Override
        public void inboundWireSize(long more) {
            if (holder == null) {
                return;
            }
            if (held + more <= messageMax && bytes.take(holder, more)) {
                held += more;
            } else {
                Status why = held + more > messageMax ? TOO_LONG : NO_ROOM;
                end();
                refuse.accept(why);
            }
        }

        /** A packed message is unpacked while it is read, which ends here where it is too long. */
        @Override
        public void inboundUncompressedSize(long more) {
            unpacked += more;
            if (unpacked > messageMax) {
                throw TOO_LONG.asRuntimeException();
            }
        }

        @Override
        public void inboundMessageRead(int number, long wireBytes, long plainBytes) {
            give();
            unpacked = 0;
        }

        @Override
        public void streamClosed(Status status) {
            end();
        }

        private void end() {
            give();
            holder = null;
        }

        private void give() {
            if (held > 0) {
                bytes.give(holder, held);
                held = 0;
            }
        }
    }
}
