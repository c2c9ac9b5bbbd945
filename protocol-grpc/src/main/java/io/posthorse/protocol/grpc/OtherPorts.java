package io.posthorse.protocol.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.posthorse.codec.grpc.Address;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.MessagingMethods;
import io.posthorse.codec.grpc.RecallMessageRequest;
import io.posthorse.codec.grpc.RecallMessageResponse;
import io.posthorse.platform.Background;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The ports of other masters, to which calls are forwarded as their callers signed them: a client recalls a message at the
 * broker that it is connected to, wherever the message waits. Used on the owner's thread.
 */
final class OtherPorts {
    /** Marks a call that was forwarded once, and must not be forwarded again. */
    static final Metadata.Key<String> PASSED_ON =
            Metadata.Key.of("x-posthorse-passed-on", Metadata.ASCII_STRING_MARSHALLER);

    private static final int CALLS_MAX = 1_024;
    private static final int PORTS_MAX = 64;
    /** Time for an answer where the caller does not say how long it waits: less than the clients' default, 3 s. */
    private static final long ANSWER_MS = 2_500;

    private static final long ANSWER_MS_MAX = 30_000;
    private static final long MARGIN_MS = 200;

    private final Function<InetSocketAddress, ManagedChannel> dialer;
    private final Background resolver;
    private final Executor owner;
    private final Quota calls;
    private final LinkedHashMap<Address, ManagedChannel> ports = new LinkedHashMap<>(16, 0.75f, true);
    private boolean stopped;

    /**
     * @param dialer creates a connection to another master's port, which opens with the first call
     * @param resolver resolves host names
     * @param owner runs tasks on the owner's thread
     */
    OtherPorts(
            Function<InetSocketAddress, ManagedChannel> dialer, Background resolver, Executor owner, QuotaShares shares) {
        this.dialer = dialer;
        this.resolver = resolver;
        this.owner = owner;
        this.calls = new Quota(CALLS_MAX, shares);
    }

    /** Forwards a recall; its answer, or a refusal, is passed on once on the owner's thread. */
    void recall(Caller caller, Address to, RecallMessageRequest request, Consumer<RecallMessageResponse> answer) {
        QuotaHolder holder = caller.holder();
        if (!calls.take(holder)) {
            answer.accept(refused(Code.TOO_MANY_REQUESTS, "too many calls are being forwarded to other brokers; try again"));
            return;
        }
        connect(to, port -> {
            if (port == null) {
                calls.give(holder);
                answer.accept(unreachable("its host name is unknown, or this broker is stopping"));
                return;
            }
            ClientCalls.asyncUnaryCall(
                    ClientInterceptors.intercept(port, MetadataUtils.newAttachHeadersInterceptor(headers(caller))).newCall(
                            MessagingMethods.RECALL_MESSAGE,
                            CallOptions.DEFAULT.withDeadlineAfter(answerMs(caller), TimeUnit.MILLISECONDS)),
                    request,
                    new Answer(result -> owner.execute(() -> {
                        calls.give(holder);
                        answer.accept(result);
                    })));
        });
    }

    /** Returns how long the other master has to answer, in ms: a little less than the caller waits, so that it is told. */
    private static long answerMs(Caller caller) {
        return caller.deadlineMs() == Long.MAX_VALUE ? ANSWER_MS
                : Math.clamp(caller.deadlineMs() - MARGIN_MS, 0, ANSWER_MS_MAX);
    }

    private static Metadata headers(Caller caller) {
        Metadata headers = new Metadata();
        caller.credential().write(headers);
        headers.put(PASSED_ON, "1");
        return headers;
    }

    private void connect(Address to, Consumer<ManagedChannel> then) {
        ManagedChannel known = ports.get(to);
        if (known != null || stopped) {
            then.accept(known);
            return;
        }
        InetSocketAddress[] resolved = new InetSocketAddress[1];
        resolver.run(
                () -> resolved[0] = new InetSocketAddress(to.getHost(), to.getPort()),
                failure -> {
                    boolean isKnown = failure == null && !resolved[0].isUnresolved();
                    if (isKnown && !stopped && !ports.containsKey(to)) {
                        if (ports.size() >= PORTS_MAX) {
                            ports.pollFirstEntry().getValue().shutdown();
                        }
                        ports.put(to, dialer.apply(resolved[0]));
                    }
                    then.accept(ports.get(to));
                });
    }

    /** Closes all connections. */
    void stop() {
        stopped = true;
        ports.values().forEach(ManagedChannel::shutdownNow);
        ports.clear();
    }

    private static RecallMessageResponse refused(Code code, String reason) {
        return RecallMessageResponse.newBuilder().setStatus(Refusal.status(code, reason)).build();
    }

    /** Creates a refusal without the other master's address, which only users with permission for its topics may see. */
    private static RecallMessageResponse unreachable(String reason) {
        return refused(Code.INTERNAL_SERVER_ERROR, "the message waits on another broker, which gave no answer: " + reason
                + ". Whether it was recalled is unknown; try again.");
    }

    /** The single answer of a call; completed on the thread of the connections. */
    private static final class Answer implements StreamObserver<RecallMessageResponse> {
        private Consumer<RecallMessageResponse> then;

        Answer(Consumer<RecallMessageResponse> then) {
            this.then = then;
        }

        private void complete(RecallMessageResponse answer) {
            Consumer<RecallMessageResponse> first = then;
            then = result -> { };
            first.accept(answer);
        }

        @Override
        public void onNext(RecallMessageResponse answer) {
            complete(answer);
        }

        @Override
        public void onError(Throwable failure) {
            complete(unreachable(Status.fromThrowable(failure).getCode().toString()));
        }

        @Override
        public void onCompleted() {}
    }
}
