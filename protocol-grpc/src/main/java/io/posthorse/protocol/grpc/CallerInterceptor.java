package io.posthorse.protocol.grpc;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * The interceptor of all calls: determines the caller, refuses calls beyond the maximum number in progress, and asks the
 * gate about each before any part of its request is read, so that requests of strangers take no memory.
 */
final class CallerInterceptor extends ServerTransportFilter implements ServerInterceptor {
    /** Maximum number of calls in progress, including those that wait for messages and the streams of settings. */
    static final int CALLS_MAX = 50_000;

    private static final Metadata.Key<String> CLIENT_ID =
            Metadata.Key.of("x-mq-client-id", Metadata.ASCII_STRING_MARSHALLER);
    private static final Attributes.Key<Caller.Connection> CONNECTION = Attributes.Key.create("connection");
    /** Newcomer of the transport's connection, where {@link GrpcConnections} has one. */
    static final Attributes.Key<Newcomer> NEWCOMER = Attributes.Key.create("newcomer");
    /** Address of the transport's client, which may be behind another node. */
    static final Attributes.Key<InetSocketAddress> CLIENT = Attributes.Key.create("client");
    private static final int CLIENT_ID_MAX = 255;
    private static final InetSocketAddress NOWHERE = new InetSocketAddress("127.0.0.1", 0);

    private static final Status TOO_MANY = Status.RESOURCE_EXHAUSTED.withDescription("too many calls are in progress: the"
            + " maximum is " + CALLS_MAX + ", or a share of it for one user or address; try again later");

    private static final Status TOO_MANY_CONNECTIONS = Status.RESOURCE_EXHAUSTED.withDescription("the user has reached the"
            + " maximum number of connections of one user (share.user of connections.max); close some");

    private final AtomicInteger calls = new AtomicInteger();
    private final Quota places;
    private final CallGate gate;
    private final Executor owner;
    private final Executor transport;

    /**
     * @param gate admits calls, or null where access control is off
     * @param owner runs tasks on the owner's thread
     * @param transport runs tasks on the thread of the connections
     */
    CallerInterceptor(CallGate gate, Executor owner, Executor transport, QuotaShares shares) {
        this.places = new Quota(CALLS_MAX, shares);
        this.gate = gate;
        this.owner = owner;
        this.transport = transport;
    }

    @Override
    public Attributes transportReady(Attributes attributes) {
        if (gate == null) {
            attributes.get(NEWCOMER).admit("");
        }
        return attributes.toBuilder().set(CONNECTION, new Caller.Connection()).build();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        if (calls.incrementAndGet() > CALLS_MAX) {
            calls.decrementAndGet();
            return refused(call);
        }
        CallPlace place = new CallPlace();
        Caller caller = caller(call, headers);
        Context context = Context.current().withValue(Caller.CURRENT, caller);
        RequestAssembly.ArrivingRequest assembly = RequestAssembly.current();
        Consumer<Status> end = why -> transport.execute(() -> call.close(why, new Metadata()));
        if (gate == null) {
            assembly.begin(caller.holder(), end);
            ServerCall.Listener<Q> listener = place.take(caller.holder())
                    ? Contexts.interceptCall(context, call, headers, next)
                    : refused(call);
            return new Ending<>(listener, place);
        }
        UnadmittedCall<Q, A> undecided =
                new UnadmittedCall<>(call, () -> {
                    if (!place.take(caller.holder())) {
                        return refused(call);
                    }
                    assembly.begin(caller.holder(), end);
                    return Contexts.interceptCall(context, call, headers, next);
                });
        Newcomer newcomer = call.getAttributes().get(NEWCOMER);
        newcomer.check(() -> identify(caller, undecided, newcomer));
        return new Ending<>(undecided, place);
    }

    private static <Q> ServerCall.Listener<Q> refused(ServerCall<Q, ?> call) {
        call.close(TOO_MANY, new Metadata());
        return new ServerCall.Listener<>() { };
    }

    private void identify(Caller caller, UnadmittedCall<?, ?> undecided, Newcomer newcomer) {
        if (undecided.isOver()) {
            newcomer.decided();
            return;
        }
        owner.execute(() -> {
            io.posthorse.codec.grpc.Status refusal = null;
            try {
                gate.identify(caller);
            } catch (RuntimeException e) {
                refusal = Calls.status(e);
            }
            io.posthorse.codec.grpc.Status outcome = refusal;
            transport.execute(() -> {
                if (outcome == null && !newcomer.admit(caller.credential().user())) {
                    undecided.end(TOO_MANY_CONNECTIONS);
                } else {
                    undecided.decided(outcome);
                }
                newcomer.decided();
            });
        });
    }

    private static Caller caller(ServerCall<?, ?> call, Metadata headers) {
        String id = headers.get(CLIENT_ID);
        Deadline deadline = Context.current().getDeadline();
        Attributes attributes = call.getAttributes();
        return new Caller(
                String.valueOf(call.getMethodDescriptor().getBareMethodName()),
                id == null || id.length() > CLIENT_ID_MAX ? "" : id,
                Credential.of(headers),
                attributes.get(CONNECTION),
                call.getAuthority() == null ? "" : call.getAuthority(),
                address(attributes.get(CLIENT)),
                address(attributes.get(Grpc.TRANSPORT_ATTR_LOCAL_ADDR)),
                headers.containsKey(OtherPorts.PASSED_ON),
                deadline == null ? Long.MAX_VALUE : deadline.timeRemaining(TimeUnit.MILLISECONDS));
    }

    private static InetSocketAddress address(SocketAddress address) {
        return address instanceof InetSocketAddress known ? known : NOWHERE;
    }

    /** The place of a call, which is released once when the call ends. */
    private final class CallPlace {
        private QuotaHolder holder;
        private boolean over;

        boolean take(QuotaHolder owner) {
            if (over || !places.take(owner)) {
                return false;
            }
            holder = owner;
            return true;
        }

        void end() {
            if (!over) {
                over = true;
                calls.decrementAndGet();
                if (holder != null) {
                    places.give(holder);
                }
            }
        }
    }

    private static final class Ending<Q> extends SimpleForwardingServerCallListener<Q> {
        private final CallPlace place;

        Ending(ServerCall.Listener<Q> listener, CallPlace place) {
            super(listener);
            this.place = place;
        }

        @Override
        public void onComplete() {
            place.end();
            super.onComplete();
        }

        @Override
        public void onCancel() {
            place.end();
            super.onCancel();
        }
    }
}
