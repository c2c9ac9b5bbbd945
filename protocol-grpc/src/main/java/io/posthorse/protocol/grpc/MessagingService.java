package io.posthorse.protocol.grpc;

import apache.rocketmq.v2.AckMessageRequest;
import apache.rocketmq.v2.AckMessageResponse;
import apache.rocketmq.v2.ChangeInvisibleDurationRequest;
import apache.rocketmq.v2.ChangeInvisibleDurationResponse;
import apache.rocketmq.v2.Code;
import apache.rocketmq.v2.EndTransactionRequest;
import apache.rocketmq.v2.EndTransactionResponse;
import apache.rocketmq.v2.ForwardMessageToDeadLetterQueueRequest;
import apache.rocketmq.v2.ForwardMessageToDeadLetterQueueResponse;
import apache.rocketmq.v2.GetOffsetRequest;
import apache.rocketmq.v2.GetOffsetResponse;
import apache.rocketmq.v2.HeartbeatRequest;
import apache.rocketmq.v2.HeartbeatResponse;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.NotifyClientTerminationRequest;
import apache.rocketmq.v2.NotifyClientTerminationResponse;
import apache.rocketmq.v2.PullMessageRequest;
import apache.rocketmq.v2.PullMessageResponse;
import apache.rocketmq.v2.QueryAssignmentRequest;
import apache.rocketmq.v2.QueryAssignmentResponse;
import apache.rocketmq.v2.QueryOffsetRequest;
import apache.rocketmq.v2.QueryOffsetResponse;
import apache.rocketmq.v2.QueryRouteRequest;
import apache.rocketmq.v2.QueryRouteResponse;
import apache.rocketmq.v2.RecallMessageRequest;
import apache.rocketmq.v2.RecallMessageResponse;
import apache.rocketmq.v2.ReceiveMessageRequest;
import apache.rocketmq.v2.ReceiveMessageResponse;
import apache.rocketmq.v2.SendMessageRequest;
import apache.rocketmq.v2.SendMessageResponse;
import apache.rocketmq.v2.Status;
import apache.rocketmq.v2.SyncLiteSubscriptionRequest;
import apache.rocketmq.v2.SyncLiteSubscriptionResponse;
import apache.rocketmq.v2.TelemetryCommand;
import apache.rocketmq.v2.UpdateOffsetRequest;
import apache.rocketmq.v2.UpdateOffsetResponse;
import com.google.protobuf.MessageOrBuilder;
import io.grpc.stub.StreamObserver;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Retry;
import java.util.List;
import java.util.function.Consumer;

/** The calls of apache.rocketmq.v2.MessagingService, each to who answers it. */
final class MessagingService extends MessagingServiceGrpc.MessagingServiceImplBase {
    /** A consumer that waits is told a little before it would give up. */
    private static final long MARGIN_MS = 200;

    private static final long POLL_MS_MAX = 60_000;
    private static final int POLLS_MAX = 20_000;

    private final GrpcProtocol parts;
    private final Calls calls;
    private int polls;

    MessagingService(GrpcProtocol parts, Calls calls) {
        this.parts = parts;
        this.calls = calls;
    }

    @Override
    public void queryRoute(QueryRouteRequest request, StreamObserver<QueryRouteResponse> out) {
        calls.one(
                request,
                out,
                s -> QueryRouteResponse.newBuilder().setStatus(s).build(),
                caller -> parts.routes().route(caller, request));
    }

    @Override
    public void queryAssignment(QueryAssignmentRequest request, StreamObserver<QueryAssignmentResponse> out) {
        calls.one(
                request,
                out,
                s -> QueryAssignmentResponse.newBuilder().setStatus(s).build(),
                caller -> parts.routes().assignment(caller, request));
    }

    @Override
    public void sendMessage(SendMessageRequest request, StreamObserver<SendMessageResponse> out) {
        calls.one(
                request,
                out,
                s -> SendMessageResponse.newBuilder().setStatus(s).build(),
                caller -> parts.sends().send(caller, request));
    }

    @Override
    public void ackMessage(AckMessageRequest request, StreamObserver<AckMessageResponse> out) {
        calls.one(
                request,
                out,
                s -> AckMessageResponse.newBuilder().setStatus(s).build(),
                caller -> parts.settlements().acknowledge(request));
    }

    @Override
    public void changeInvisibleDuration(
            ChangeInvisibleDurationRequest request, StreamObserver<ChangeInvisibleDurationResponse> out) {
        calls.one(
                request,
                out,
                s -> ChangeInvisibleDurationResponse.newBuilder().setStatus(s).build(),
                caller -> parts.settlements().change(request));
    }

    @Override
    public void forwardMessageToDeadLetterQueue(
            ForwardMessageToDeadLetterQueueRequest request, StreamObserver<ForwardMessageToDeadLetterQueueResponse> out) {
        calls.one(
                request,
                out,
                s -> ForwardMessageToDeadLetterQueueResponse.newBuilder().setStatus(s).build(),
                caller -> parts.settlements().bury(caller, request));
    }

    @Override
    public void endTransaction(EndTransactionRequest request, StreamObserver<EndTransactionResponse> out) {
        calls.one(
                request,
                out,
                s -> EndTransactionResponse.newBuilder().setStatus(s).build(),
                caller -> parts.undecided().end(request));
    }

    @Override
    public void recallMessage(RecallMessageRequest request, StreamObserver<RecallMessageResponse> out) {
        calls.one(
                request,
                out,
                s -> RecallMessageResponse.newBuilder().setStatus(s).build(),
                caller -> parts.recalls().recall(request));
    }

    @Override
    public void updateOffset(UpdateOffsetRequest request, StreamObserver<UpdateOffsetResponse> out) {
        calls.one(
                request,
                out,
                s -> UpdateOffsetResponse.newBuilder().setStatus(s).build(),
                caller -> parts.offsets().update(request));
    }

    @Override
    public void getOffset(GetOffsetRequest request, StreamObserver<GetOffsetResponse> out) {
        calls.one(
                request,
                out,
                s -> GetOffsetResponse.newBuilder().setStatus(s).build(),
                caller -> parts.offsets().get(request));
    }

    @Override
    public void queryOffset(QueryOffsetRequest request, StreamObserver<QueryOffsetResponse> out) {
        calls.later(
                request,
                out,
                s -> QueryOffsetResponse.newBuilder().setStatus(s).build(),
                answer -> parts.offsets().query(request, answer));
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> out) {
        calls.one(
                request,
                out,
                s -> HeartbeatResponse.newBuilder().setStatus(s).build(),
                caller -> {
                    parts.shown().seen(caller);
                    return HeartbeatResponse.newBuilder().setStatus(Refusal.ok()).build();
                });
    }

    @Override
    public void notifyClientTermination(
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

    @Override
    public void syncLiteSubscription(
            SyncLiteSubscriptionRequest request, StreamObserver<SyncLiteSubscriptionResponse> out) {
        calls.one(
                request,
                out,
                s -> SyncLiteSubscriptionResponse.newBuilder().setStatus(s).build(),
                caller -> {
                    throw new Refusal(Code.NOT_IMPLEMENTED, "this broker has no lite topics: use a topic for each");
                });
    }

    @Override
    public StreamObserver<TelemetryCommand> telemetry(StreamObserver<TelemetryCommand> out) {
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

    @Override
    public void receiveMessage(ReceiveMessageRequest request, StreamObserver<ReceiveMessageResponse> out) {
        Caller caller = Caller.current();
        Held held = new Held(caller, request, status -> calls.several(
                decisions(), out, () -> List.of(Receives.status(status)), Receives::status));
        AnswerBytes.Charge charge = calls.beginLong(caller, out, held::cancel);
        calls.onOwner(() -> {
            try {
                calls.permit(caller, request);
                calls.admit();
                Receives.Wanted wanted = parts.receives().wanted(caller, request, charge);
                long wait = Resources.ms(request.getLongPollingTimeout());
                held.begin(new Receiving(parts, calls, wanted, out), wait(caller, wait));
            } catch (RuntimeException e) {
                calls.several(decisions(), out, () -> List.of(Receives.status(Calls.status(e))), Receives::status);
            }
        });
    }

    @Override
    public void pullMessage(PullMessageRequest request, StreamObserver<PullMessageResponse> out) {
        Caller caller = Caller.current();
        Held held = new Held(caller, request, status -> calls.several(
                decisions(), out, () -> List.of(Pulls.status(status)), Pulls::status));
        AnswerBytes.Charge charge = calls.beginLong(caller, out, held::cancel);
        calls.onOwner(() -> {
            try {
                calls.permit(caller, request);
                calls.admit();
                Pulls.Wanted wanted = parts.pulls().wanted(request, charge);
                long wait = Resources.ms(request.getLongPollingTimeout());
                held.begin(pulling(wanted, out), wait(caller, wait));
            } catch (RuntimeException e) {
                calls.several(decisions(), out, () -> List.of(Pulls.status(Calls.status(e))), Pulls::status);
            }
        });
    }

    private LongPoll.Call pulling(Pulls.Wanted wanted, StreamObserver<PullMessageResponse> out) {
        return new LongPoll.Call() {
            @Override
            public boolean attempt(boolean last) {
                try {
                    Pulls.Parts found = parts.pulls().read(wanted, last);
                    if (found == null) {
                        return false;
                    }
                    calls.several(decisions(), out, found::answer, Pulls::status);
                } catch (RuntimeException e) {
                    calls.several(decisions(), out, () -> List.of(Pulls.status(Calls.status(e))), Pulls::status);
                }
                return true;
            }

            @Override
            public Retry retry() {
                return wanted.retry();
            }

            @Override
            public List<Partition> partitions() {
                return List.of(wanted.partition());
            }

            @Override
            public long nextMs() {
                return parts.pulls().nextMs(wanted);
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

    /** A call that may be held, and is sent back where its caller loses the permission meanwhile; on the owner's thread. */
    private final class Held {
        private final Caller caller;
        private final MessageOrBuilder request;
        private final Consumer<Status> refuse;
        private final Runnable watcher = this::look;
        private LongPoll poll;
        private boolean gone;

        Held(Caller caller, MessageOrBuilder request, Consumer<Status> refuse) {
            this.caller = caller;
            this.request = request;
            this.refuse = refuse;
        }

        private void look() {
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
            if (polls >= POLLS_MAX) {
                throw new Refusal(Code.TOO_MANY_REQUESTS, "too many consumers wait for messages; ask again");
            }
            polls++;
            Broker broker = parts.broker();
            calls.watch(watcher);
            poll = new LongPoll(broker, parts.timers(), call, () -> {
                polls--;
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
