package io.posthorse.protocol.grpc;

import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.ServerStreamTracer;
import io.grpc.Status;
import io.posthorse.platform.Holder;
import io.posthorse.platform.Places;
import io.posthorse.platform.Shares;

/**
 * Bytes of messages that have begun to come on the calls of all connections. A call for whose bytes there is no room ends,
 * and its client tries again. Used on the thread of the connections.
 */
final class Assembly extends ServerStreamTracer.Factory {
    private static final Context.Key<Coming> COMING = Context.key("coming");
    /** So much there is however small the heap: the greatest message is not above a share of it. */
    private static final long BYTES_MIN = 40 << 20;
    private static final int HEAP_PART = 8;

    private final Places bytes;

    Assembly(Shares shares) {
        this.bytes = new Places(Math.max(BYTES_MIN, Runtime.getRuntime().maxMemory() / HEAP_PART), shares);
    }

    /** What comes on the call that this thread is in. */
    static Coming current() {
        return COMING.get();
    }

    @Override
    public ServerStreamTracer newServerStreamTracer(String method, Metadata headers) {
        return new Coming();
    }

    /** What comes on one call. */
    final class Coming extends ServerStreamTracer {
        private Holder holder;
        private Runnable refuse;
        private long held;

        /**
         * The call's messages are read from now on.
         *
         * @param whose who is calling
         * @param noRoom ends the call
         */
        void begin(Holder whose, Runnable noRoom) {
            holder = whose;
            refuse = noRoom;
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
            if (bytes.take(holder, more)) {
                held += more;
            } else {
                end();
                refuse.run();
            }
        }

        @Override
        public void inboundMessageRead(int number, long wireBytes, long plainBytes) {
            give();
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
