package io.posthorse.protocol.grpc;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Notes who calls, and refuses calls beyond what may be under way at once. */
final class CallerInterceptor implements ServerInterceptor {
    /** Calls under way, those that wait for messages and the streams of settings among them. */
    static final int CALLS_MAX = 50_000;

    private static final Metadata.Key<String> CLIENT_ID =
            Metadata.Key.of("x-mq-client-id", Metadata.ASCII_STRING_MARSHALLER);
    private static final int CLIENT_ID_MAX = 255;
    private static final InetSocketAddress NOWHERE = new InetSocketAddress("127.0.0.1", 0);

    private final AtomicInteger calls = new AtomicInteger();

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (calls.incrementAndGet() > CALLS_MAX) {
            calls.decrementAndGet();
            call.close(
                    Status.RESOURCE_EXHAUSTED.withDescription("more than " + CALLS_MAX + " calls are under way"),
                    new Metadata());
            return new ServerCall.Listener<>() { };
        }
        String id = headers.get(CLIENT_ID);
        Deadline deadline = Context.current().getDeadline();
        Caller caller = new Caller(
                id == null || id.length() > CLIENT_ID_MAX ? "" : id,
                call.getAuthority() == null ? "" : call.getAuthority(),
                address(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR)),
                address(call.getAttributes().get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR)),
                deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.MILLISECONDS));
        ServerCall.Listener<Q> listener =
                Contexts.interceptCall(Context.current().withValue(Caller.CURRENT, caller), call, headers, next);
        return new Ending<>(listener, calls);
    }

    private static InetSocketAddress address(SocketAddress address) {
        return address instanceof InetSocketAddress known ? known : NOWHERE;
    }

    /** Gives a call's place back, once, when it is over. */
    private static final class Ending<Q> extends SimpleForwardingServerCallListener<Q> {
        private final AtomicInteger calls;
        private boolean over;

        Ending(ServerCall.Listener<Q> listener, AtomicInteger calls) {
            super(listener);
            this.calls = calls;
        }

        @Override
        public void onComplete() {
            end();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            end();
            super.onCancel();
        }

        private void end() {
            if (!over) {
                over = true;
                calls.decrementAndGet();
            }
        }
    }
}
