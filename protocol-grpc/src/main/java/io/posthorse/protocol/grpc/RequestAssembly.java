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
 * The bytes of requests that are arriving on the calls of all connections. A call for which there is no memory ends, and
 * its client tries again; a call whose message exceeds the maximum length ends for good. Used on the thread of the
 * connections.
 * connections.
 */
final class RequestAssembly extends ServerStreamTracer.Factory {
    private static final Context.Key<ArrivingRequest> ARRIVING = Context.key("arriving");
    /** Minimum of the maximum length of a call's message, in bytes: a send may contain many short bodies. */
    private static final int MESSAGE_BYTES_MIN = 20 << 20;
    /** Bytes around a body. */
    private static final int AROUND_BODY = 1 << 20;
    private static final int HEAP_PART = 8;
    private static final Status TOO_LONG = Status.RESOURCE_EXHAUSTED.withDescription("the request exceeds the maximum"
            + " length: send fewer messages at once, or raise maxMessageSize");
    private static final Status NO_ROOM = Status.RESOURCE_EXHAUSTED.withDescription("arriving requests hold all of their"
            + " memory, or the share of one user or address; nothing was done. Try again.");

    private final IntSupplier bodyMax;
    private final Quota bytes;
    private int messageMax;

    /** @param bodyMax returns the maximum length of a message's body, which may change */
    RequestAssembly(IntSupplier bodyMax, QuotaShares shares) {
        this.bodyMax = bodyMax;
        this.bytes = new Quota(0, shares);
    }

    /** Returns the maximum length of a call's message for a maximum body length. */
    static int messageMax(int bodyBytes) {
        return Math.max(MESSAGE_BYTES_MIN, bodyBytes + AROUND_BODY);
    }

    /**
     * Follows the setting: there is memory for two of the longest messages however small the heap, and each share allows
     * one.
     */
    private void follow() {
        int now = messageMax(bodyMax.getAsInt());
        if (now != messageMax) {
            messageMax = now;
            bytes.change(Math.max(2L * now, Runtime.getRuntime().maxMemory() / HEAP_PART), now);
        }
    }

    /** Returns the arriving request of the call that this thread handles. */
    static ArrivingRequest current() {
        return ARRIVING.get();
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        follow();
        return new ArrivingRequest();
    }

    /** The arriving request of one call. */
    final class ArrivingRequest extends ServerStreamTracer {
        private QuotaHolder holder;
        private Consumer<Status> refuse;
        private long held;
        private long decompressed;

        /**
         * Begins to count the bytes of the call's messages.
         *
         * @param owner holder of the bytes
         * @param ends ends the call with a status
         */
        void begin(QuotaHolder owner, Consumer<Status> ends) {
            holder = owner;
            refuse = ends;
        }

        @Override
        public Context filterContext(Context context) {
            return context.withValue(ARRIVING, this);
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

        /** Ends a compressed message that becomes too long while it is decompressed. */
        @Override
        public void inboundUncompressedSize(long more) {
            decompressed += more;
            if (decompressed > messageMax) {
                throw TOO_LONG.asRuntimeException();
            }
        }

        @Override
        public void inboundMessageRead(int number, long wireBytes, long plainBytes) {
            give();
            decompressed = 0;
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
