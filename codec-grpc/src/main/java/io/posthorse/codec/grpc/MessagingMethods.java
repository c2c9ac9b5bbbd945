package io.posthorse.codec.grpc;

import com.google.protobuf.Message;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServiceDescriptor;
import io.grpc.protobuf.ProtoUtils;

/**
 * The calls of {@code apache.rocketmq.v2.MessagingService}, for servers. Each has the name, type and messages that
 * messaging.proto defines; a test compares the two.
 */
public final class MessagingMethods {
    public static final String SERVICE = "apache.rocketmq.v2.MessagingService";

    public static final MethodDescriptor<QueryRouteRequest, QueryRouteResponse> QUERY_ROUTE =
            unary("QueryRoute", QueryRouteRequest.getDefaultInstance(), QueryRouteResponse.getDefaultInstance());
    public static final MethodDescriptor<HeartbeatRequest, HeartbeatResponse> HEARTBEAT =
            unary("Heartbeat", HeartbeatRequest.getDefaultInstance(), HeartbeatResponse.getDefaultInstance());
    public static final MethodDescriptor<SendMessageRequest, SendMessageResponse> SEND_MESSAGE =
            unary("SendMessage", SendMessageRequest.getDefaultInstance(), SendMessageResponse.getDefaultInstance());
    public static final MethodDescriptor<QueryAssignmentRequest, QueryAssignmentResponse> QUERY_ASSIGNMENT = unary(
            "QueryAssignment",
            QueryAssignmentRequest.getDefaultInstance(),
            QueryAssignmentResponse.getDefaultInstance());
    public static final MethodDescriptor<ReceiveMessageRequest, ReceiveMessageResponse> RECEIVE_MESSAGE = method(
            "ReceiveMessage",
            MethodType.SERVER_STREAMING,
            ReceiveMessageRequest.getDefaultInstance(),
            ReceiveMessageResponse.getDefaultInstance());
    public static final MethodDescriptor<AckMessageRequest, AckMessageResponse> ACK_MESSAGE =
            unary("AckMessage", AckMessageRequest.getDefaultInstance(), AckMessageResponse.getDefaultInstance());
    public static final MethodDescriptor<ForwardMessageToDeadLetterQueueRequest, ForwardMessageToDeadLetterQueueResponse>
            FORWARD_MESSAGE_TO_DEAD_LETTER_QUEUE = unary(
                    "ForwardMessageToDeadLetterQueue",
                    ForwardMessageToDeadLetterQueueRequest.getDefaultInstance(),
                    ForwardMessageToDeadLetterQueueResponse.getDefaultInstance());
    public static final MethodDescriptor<PullMessageRequest, PullMessageResponse> PULL_MESSAGE = method(
            "PullMessage",
            MethodType.SERVER_STREAMING,
            PullMessageRequest.getDefaultInstance(),
            PullMessageResponse.getDefaultInstance());
    public static final MethodDescriptor<UpdateOffsetRequest, UpdateOffsetResponse> UPDATE_OFFSET =
            unary("UpdateOffset", UpdateOffsetRequest.getDefaultInstance(), UpdateOffsetResponse.getDefaultInstance());
    public static final MethodDescriptor<GetOffsetRequest, GetOffsetResponse> GET_OFFSET =
            unary("GetOffset", GetOffsetRequest.getDefaultInstance(), GetOffsetResponse.getDefaultInstance());
    public static final MethodDescriptor<QueryOffsetRequest, QueryOffsetResponse> QUERY_OFFSET =
            unary("QueryOffset", QueryOffsetRequest.getDefaultInstance(), QueryOffsetResponse.getDefaultInstance());
    public static final MethodDescriptor<EndTransactionRequest, EndTransactionResponse> END_TRANSACTION =
            unary(
                    "EndTransaction",
                    EndTransactionRequest.getDefaultInstance(),
                    EndTransactionResponse.getDefaultInstance());
    public static final MethodDescriptor<TelemetryCommand, TelemetryCommand> TELEMETRY = method(
            "Telemetry",
            MethodType.BIDI_STREAMING,
            TelemetryCommand.getDefaultInstance(),
            TelemetryCommand.getDefaultInstance());
    public static final MethodDescriptor<NotifyClientTerminationRequest, NotifyClientTerminationResponse>
            NOTIFY_CLIENT_TERMINATION = unary(
                    "NotifyClientTermination",
                    NotifyClientTerminationRequest.getDefaultInstance(),
                    NotifyClientTerminationResponse.getDefaultInstance());
    public static final MethodDescriptor<ChangeInvisibleDurationRequest, ChangeInvisibleDurationResponse>
            CHANGE_INVISIBLE_DURATION = unary(
                    "ChangeInvisibleDuration",
                    ChangeInvisibleDurationRequest.getDefaultInstance(),
                    ChangeInvisibleDurationResponse.getDefaultInstance());
    public static final MethodDescriptor<RecallMessageRequest, RecallMessageResponse> RECALL_MESSAGE =
            unary("RecallMessage", RecallMessageRequest.getDefaultInstance(), RecallMessageResponse.getDefaultInstance());
    public static final MethodDescriptor<SyncLiteSubscriptionRequest, SyncLiteSubscriptionResponse>
            SYNC_LITE_SUBSCRIPTION = unary(
                    "SyncLiteSubscription",
                    SyncLiteSubscriptionRequest.getDefaultInstance(),
                    SyncLiteSubscriptionResponse.getDefaultInstance());

    private MessagingMethods() {}

    /** Returns the service with all its calls. */
    public static ServiceDescriptor service() {
        return ServiceDescriptor.newBuilder(SERVICE)
                .addMethod(QUERY_ROUTE)
                .addMethod(HEARTBEAT)
                .addMethod(SEND_MESSAGE)
                .addMethod(QUERY_ASSIGNMENT)
                .addMethod(RECEIVE_MESSAGE)
                .addMethod(ACK_MESSAGE)
                .addMethod(FORWARD_MESSAGE_TO_DEAD_LETTER_QUEUE)
                .addMethod(PULL_MESSAGE)
                .addMethod(UPDATE_OFFSET)
                .addMethod(GET_OFFSET)
                .addMethod(QUERY_OFFSET)
                .addMethod(END_TRANSACTION)
                .addMethod(TELEMETRY)
                .addMethod(NOTIFY_CLIENT_TERMINATION)
                .addMethod(CHANGE_INVISIBLE_DURATION)
                .addMethod(RECALL_MESSAGE)
                .addMethod(SYNC_LITE_SUBSCRIPTION)
                .build();
    }

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> unary(String name, Q request, A response) {
        return method(name, MethodType.UNARY, request, response);
    }

    private static <Q extends Message, A extends Message> MethodDescriptor<Q, A> method(
            String name, MethodType type, Q request, A response) {
        return MethodDescriptor.<Q, A>newBuilder()
                .setType(type)
                .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
                .setRequestMarshaller(ProtoUtils.marshaller(request))
                .setResponseMarshaller(ProtoUtils.marshaller(response))
                .build();
    }
}
