package io.posthorse.protocol.grpc;

import com.google.protobuf.MessageOrBuilder;
import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import io.posthorse.broker.Broker;
import io.posthorse.broker.LeaseWaiters;
import io.posthorse.broker.Partition;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.codec.grpc.AckMessageRequest;
import io.posthorse.codec.grpc.AckMessageResponse;
import io.posthorse.codec.grpc.ChangeInvisibleDurationRequest;
import io.posthorse.codec.grpc.ChangeInvisibleDurationResponse;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.EndTransactionRequest;
import io.posthorse.codec.grpc.EndTransactionResponse;
import io.posthorse.codec.grpc.ForwardMessageToDeadLetterQueueRequest;
import io.posthorse.codec.grpc.ForwardMessageToDeadLetterQueueResponse;
import io.posthorse.codec.grpc.GetOffsetRequest;
import io.posthorse.codec.grpc.GetOffsetResponse;
import io.posthorse.codec.grpc.HeartbeatRequest;
import io.posthorse.codec.grpc.HeartbeatResponse;
import io.posthorse.codec.grpc.MessagingMethods;
import io.posthorse.codec.grpc.NotifyClientTerminationRequest;
import io.posthorse.codec.grpc.NotifyClientTerminationResponse;
import io.posthorse.codec.grpc.PullMessageRequest;
import io.posthorse.codec.grpc.PullMessageResponse;
import io.posthorse.codec.grpc.QueryAssignmentRequest;
import io.posthorse.codec.grpc.QueryAssignmentResponse;
import io.posthorse.codec.grpc.QueryOffsetRequest;
import io.posthorse.codec.grpc.QueryOffsetResponse;
import io.posthorse.codec.grpc.QueryRouteRequest;
import io.posthorse.codec.grpc.QueryRouteResponse;
import io.posthorse.codec.grpc.RecallMessageRequest;
import io.posthorse.codec.grpc.RecallMessageResponse;
import io.posthorse.codec.grpc.ReceiveMessageRequest;
import io.posthorse.codec.grpc.ReceiveMessageResponse;
import io.posthorse.codec.grpc.SendMessageRequest;
import io.posthorse.codec.grpc.SendMessageResponse;
import io.posthorse.codec.grpc.Status;
import io.posthorse.codec.grpc.SyncLiteSubscriptionRequest;
import io.posthorse.codec.grpc.SyncLiteSubscriptionResponse;
import io.posthorse.codec.grpc.TelemetryCommand;
import io.posthorse.codec.grpc.UpdateOffsetRequest;
import io.posthorse.codec.grpc.UpdateOffsetResponse;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;

/** The calls of apache.rocketmq.v2.MessagingService, each connected to the class that answers it. */
final class MessagingService implements BindableService {
    /** Ms by which a waiting consumer is answered before it would give up. */
    private static final long MARGIN_MS = 200;

    private static final long POLL_MS_MAX = 60_000;
    private static final int POLLS_MAX = 20_000;

    private final GrpcProtocol parts;
    private final Calls calls;
    private final Quota polls;

    MessagingService(GrpcProtocol parts, Calls calls) {
        this.parts = parts;
        this.calls = calls;
        this.polls = new Quota(POLLS_MAX, parts.shares());
    }

    @Override
    public ServerServiceDefinition bindService() {
        return ServerServiceDefinition.builder(MessagingMethods.service())
                .addMethod(MessagingMethods.QUERY_ROUTE, ServerCalls.asyncUnaryCall(this::queryRoute))
                .addMethod(MessagingMethods.HEARTBEAT, ServerCalls.asyncUnaryCall(this::heartbeat))
                .addMethod(MessagingMethods.SEND_MESSAGE, ServerCalls.asyncUnaryCall(this::sendMessage))
                .addMethod(MessagingMethods.QUERY_ASSIGNMENT, ServerCalls.asyncUnaryCall(this::queryAssignment))
                .addMethod(MessagingMethods.RECEIVE_MESSAGE, ServerCalls.asyncServerStreamingCall(this::receiveMessage))
                .addMethod(MessagingMethods.ACK_MESSAGE, ServerCalls.asyncUnaryCall(this::ackMessage))
                .addMethod(
                        MessagingMethods.FORWARD_MESSAGE_TO_DEAD_LETTER_QUEUE,
                        ServerCalls.asyncUnaryCall(this::forwardMessageToDeadLetterQueue))
                .addMethod(MessagingMethods.PULL_MESSAGE, ServerCalls.asyncServerStreamingCall(this::pullMessage))
                .addMethod(MessagingMethods.UPDATE_OFFSET, ServerCalls.asyncUnaryCall(this::updateOffset))
                .addMethod(MessagingMethods.GET_OFFSET, ServerCalls.asyncUnaryCall(this::getOffset))
                .addMethod(MessagingMethods.QUERY_OFFSET, ServerCalls.asyncUnaryCall(this::queryOffset))
                .addMethod(MessagingMethods.END_TRANSACTION, ServerCalls.asyncUnaryCall(this::endTransaction))
                .addMethod(MessagingMethods.TELEMETRY, ServerCalls.asyncBidiStreamingCall(this::telemetry))
                .addMethod(
                        MessagingMethods.NOTIFY_CLIENT_TERMINATION,
                        ServerCalls.asyncUnaryCall(this::notifyClientTermination))
                .addMethod(
                        MessagingMethods.CHANGE_INVISIBLE_DURATION,
                        ServerCalls.asyncUnaryCall(this::changeInvisibleDuration))
                .addMethod(MessagingMethods.RECALL_MESSAGE, ServerCalls.asyncUnaryCall(this::recallMessage))
                .addMethod(MessagingMethods.SYNC_LITE_SUBSCRIPTION, ServerCalls.asyncUnaryCall(this::syncLiteSubscription))
                .build();
    }

    private void queryRoute(QueryRouteRequest request, StreamObserver<QueryRouteResponse> out) {
        calls.later(
                request,
                out,
                s -> QueryRouteResponse.newBuilder().setStatus(s).build(),
                (caller, answer) -> parts.routes().route(caller, request, answer));
    }

    private void queryAssignment(QueryAssignmentRequest request, StreamObserver<QueryAssignmentResponse> out) {
        calls.later(
                request,
                out,
                s -> QueryAssignmentResponse.newBuilder().setStatus(s).build(),
                (caller, answer) -> parts.routes().assignment(caller, request, answer));
    }

    private void sendMessage(SendMessageRequest request, StreamObserver<SendMessageResponse> out) {
        calls.one(
                request,
                out,
                s -> SendMessageResponse.newBuilder().setStatus(s).build(),
                caller -> parts.sends().send(caller, request));
    }

    private void ackMessage(AckMessageRequest request, StreamObserver<AckMessageResponse> out) {
        calls.one(
                request,
                out,
                s -> AckMessageResponse.newBuilder().setStatus(s).build(),
                caller -> parts.settlements().acknowledge(request));
    }

    private void changeInvisibleDuration(
            ChangeInvisibleDurationRequest request, StreamObserver<ChangeInvisibleDurationResponse> out) {
        calls.one(
                request,
                out,
                s -> ChangeInvisibleDurationResponse.newBuilder().setStatus(s).build(),
                caller -> parts.settlements().change(request));
    }

    private void forwardMessageToDeadLetterQueue(
            ForwardMessageToDeadLetterQueueRequest request, StreamObserver<ForwardMessageToDeadLetterQueueResponse> out) {
        calls.one(
                request,
                out,
                s -> ForwardMessageToDeadLetterQueueResponse.newBuilder().setStatus(s).build(),
                caller -> parts.settlements().bury(caller, request));
    }

    private void endTransaction(EndTransactionRequest request, StreamObserver<EndTransactionResponse> out) {
        calls.one(
                request,
                out,
                s -> EndTransactionResponse.newBuilder().setStatus(s).build(),
                caller -> parts.undecided().end(request));
    }

    private void recallMessage(RecallMessageRequest request, StreamObserver<RecallMessageResponse> out) {
        Function<Status, RecallMessageResponse> refused = s -> RecallMessageResponse.newBuilder().setStatus(s).build();
        if (parts.recalls().isElsewhere(Caller.current(), request)) {
            calls.later(request, out, refused, (caller, answer) -> parts.recalls().passOn(caller, request, answer));
        } else {
            calls.one(request, out, refused, caller -> parts.recalls().recall(request));
        }
    }

    private void updateOffset(UpdateOffsetRequest request, StreamObserver<UpdateOffsetResponse> out) {
        calls.one(
                request,
                out,
                s -> UpdateOffsetResponse.newBuilder().setStatus(s).build(),
                caller -> parts.offsets().update(caller, request));
    }

    private void getOffset(GetOffsetRequest request, StreamObserver<GetOffsetResponse> out) {
        calls.one(
                request,
                out,
                s -> GetOffsetResponse.newBuilder().setStatus(s).build(),
                caller -> parts.offsets().get(request));
    }

    private void queryOffset(QueryOffsetRequest request, StreamObserver<QueryOffsetResponse> out) {
        calls.later(
                request,
                out,
                s -> QueryOffsetResponse.newBuilder().setStatus(s).build(),
                (caller, answer) -> parts.offsets().query(caller.holder(), request, answer));
    }

    private void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> out) {
        calls.one(
                request,
                out,
                s -> HeartbeatResponse.newBuilder().setStatus(s).build(),
                caller -> {
                    parts.shown().seen(caller);
                    return HeartbeatResponse.newBuilder().setStatus(Refusal.ok()).build();
                });
    }

    private void notifyClientTermination(
            NotifyClientTerminationRequest request, StreamObserver<NotifyClientTerminationResponse> out) {
        calls.one(
                request,
                out,
                s -> NotifyClientTerminationResponse.newBuilder().setStatus(s).build(),
                caller -> {
                    parts.renewals().release(caller.clientId());
                    return NotifyClientTerminationResponse.newBuilder().setStatus(Refusal.ok()).build();
                });
    }

    private void syncLiteSubscription(
            SyncLiteSubscriptionRequest request, StreamObserver<SyncLiteSubscriptionResponse> out) {
        calls.one(
                request,
                out,
                s -> SyncLiteSubscriptionResponse.newBuilder().setStatus(s).build(),
                caller -> {
                    throw new Refusal(Code.NOT_IMPLEMENTED, "this broker has no lite topics: use a separate topic for each");
                });
    }

    private StreamObserver<TelemetryCommand> telemetry(StreamObserver<TelemetryCommand> out) {
        Caller caller = Caller.current();
        TelemetryStream stream = calls.telemetry(out);
        Runnable gone = () -> parts.telemetry().closed(caller, stream);
        calls.begin(out, gone);
        return new StreamObserver<>() {
            @Override
            public void onNext(TelemetryCommand command) {
                calls.onOwner(() -> parts.telemetry().command(caller, command, stream));
            }

            @Override
            public void onError(Throwable failure) {
                calls.onOwner(gone);
            }

            @Override
            public void onCompleted() {
                calls.onOwner(() -> {
                    gone.run();
                    stream.end(io.grpc.Status.OK);
                });
            }
        };
    }

    private void receiveMessage(ReceiveMessageRequest request, StreamObserver<ReceiveMessageResponse> out) {
        Caller caller = Caller.current();
        HeldCall held = new HeldCall(caller, ReceiveCalls.names(request), status -> calls.several(
                decisions(), out, () -> List.of(ReceiveCalls.status(status)), ReceiveCalls::status));
        AnswerBytes.Charge charge = calls.beginLong(caller, out, held::cancel);
        calls.onOwner(() -> {
            try {
                calls.permit(caller, request);
                calls.admit();
                ReceiveCalls.Wanted wanted = parts.receives().wanted(caller, request, charge);
                long wait = Resources.ms(request.getLongPollingTimeout());
                held.begin(new ReceiveCall(parts, calls, wanted, out), wait(caller, wait));
            } catch (RuntimeException e) {
                calls.several(decisions(), out, () -> List.of(ReceiveCalls.status(Calls.status(e))), ReceiveCalls::status);
            }
        });
    }

    private void pullMessage(PullMessageRequest request, StreamObserver<PullMessageResponse> out) {
        Caller caller = Caller.current();
        HeldCall held = new HeldCall(caller, PullCalls.names(request), status -> calls.several(
                decisions(), out, () -> List.of(PullCalls.status(status)), PullCalls::status));
        AnswerBytes.Charge charge = calls.beginLong(caller, out, held::cancel);
        calls.onOwner(() -> {
            try {
                calls.permit(caller, request);
                calls.admit();
                PullCalls.Wanted wanted = parts.pulls().wanted(caller, request, charge);
                long wait = Resources.ms(request.getLongPollingTimeout());
                held.begin(pulling(wanted, out), wait(caller, wait));
            } catch (RuntimeException e) {
                calls.several(decisions(), out, () -> List.of(PullCalls.status(Calls.status(e))), PullCalls::status);
            }
        });
    }

    private LongPoll.Call pulling(PullCalls.Wanted wanted, StreamObserver<PullMessageResponse> out) {
        return new LongPoll.Call() {
            @Override
            public boolean attempt(boolean last) {
                try {
                    PullCalls.Parts found = parts.pulls().read(wanted, last);
                    if (found == null) {
                        return false;
                    }
                    calls.several(decisions(), out, found::answer, PullCalls::status);
                } catch (RuntimeException e) {
                    calls.several(decisions(), out, () -> List.of(PullCalls.status(Calls.status(e))), PullCalls::status);
                }
                return true;
            }

            @Override
            public RetriedRequest retry() {
                return wanted.retry();
            }

            @Override
            public List<Partition> partitions() {
                return List.of(wanted.partition());
            }

            @Override
            public boolean hasRoom() {
                return parts.pulls().hasRoom(wanted);
            }

            @Override
            public LeaseWaiters.Place join(LeaseWaiters.Taker taker, List<Partition> partitions) {
                return null;
            }
        };
    }

    private long decisions() {
        return parts.broker().decisions();
    }

    private static long wait(Caller caller, long askedMs) {
        long left = caller.deadlineMs() == Long.MAX_VALUE ? Long.MAX_VALUE : caller.deadlineMs() - MARGIN_MS;
        return Math.max(0, Math.min(Math.min(askedMs, POLL_MS_MAX), left));
    }

    /** A call that may be held; it ends with a refusal where its caller loses the permission. Used on the owner's thread. */
    private final class HeldCall {
        private final Caller caller;
        private final MessageOrBuilder request;
        private final Consumer<Status> refuse;
        private final Runnable watcher = this::recheck;
        private LongPoll poll;
        private boolean gone;

        HeldCall(Caller caller, MessageOrBuilder request, Consumer<Status> refuse) {
            this.caller = caller;
            this.request = request;
            this.refuse = refuse;
        }

        private void recheck() {
            try {
                calls.permit(caller, request);
            } catch (RuntimeException e) {
                poll.cancel();
                refuse.accept(Calls.status(e));
            }
        }

        void begin(LongPoll.Call call, long waitMs) {
            if (gone || call.attempt(waitMs <= 0)) {
                return;
            }
            QuotaHolder holder = caller.holder();
            if (!polls.take(holder)) {
                throw new Refusal(Code.TOO_MANY_REQUESTS, "too many consumers wait for messages, in total or of one user or"
                        + " address; try again");
            }
            Broker broker = parts.broker();
            calls.watch(watcher);
            poll = new LongPoll(broker, parts.timers(), call, () -> {
                polls.give(holder);
                calls.unwatch(watcher);
            });
            poll.begin(waitMs);
        }

        void cancel() {
            gone = true;
            if (poll != null) {
                poll.cancel();
            }
        }
    }
}
