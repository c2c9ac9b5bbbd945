package io.posthorse.server;

import static io.posthorse.server.TestBroker.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.AckMessageEntry;
import apache.rocketmq.v2.AckMessageRequest;
import apache.rocketmq.v2.ClientType;
import apache.rocketmq.v2.Code;
import apache.rocketmq.v2.EndTransactionRequest;
import apache.rocketmq.v2.Message;
import apache.rocketmq.v2.MessageQueue;
import apache.rocketmq.v2.MessageType;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.NotifyClientTerminationRequest;
import apache.rocketmq.v2.QueryRouteRequest;
import apache.rocketmq.v2.RecallMessageRequest;
import apache.rocketmq.v2.ReceiveMessageRequest;
import apache.rocketmq.v2.ReceiveMessageResponse;
import apache.rocketmq.v2.Resource;
import apache.rocketmq.v2.SendMessageRequest;
import apache.rocketmq.v2.SendMessageResponse;
import apache.rocketmq.v2.SendResultEntry;
import apache.rocketmq.v2.Settings;
import apache.rocketmq.v2.Status;
import apache.rocketmq.v2.Subscription;
import apache.rocketmq.v2.SubscriptionEntry;
import apache.rocketmq.v2.SystemProperties;
import apache.rocketmq.v2.TelemetryCommand;
import apache.rocketmq.v2.TransactionResolution;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** gRPC calls of users with rules, and attempts to bypass both. */
class GrpcAccessTest {
    @TempDir
    Path directory;

    private final List<GrpcUser> clients = new ArrayList<>();
    private Users users;

    @BeforeEach
    void start() {
        users = Users.start(directory, "auth.grpc.zones=Asia/Kathmandu;-11:00")
                .user("pub", "Topic:T Pub Allow")
                .user("sub", "Topic:T Sub Allow", "Group:G Sub Allow")
                .user("other", "Topic:Mine All Allow", "Group:Mine All Allow");
    }

    @AfterEach
    void stop() {
        clients.forEach(GrpcUser::close);
        users.close();
    }

    private GrpcUser client(String user) throws IOException {
        GrpcUser client = GrpcUser.connect(users.broker());
        clients.add(client);
        return user == null ? client : client.as(user, Users.secret(user));
    }

    private static Resource resource(String name) {
        return Resource.newBuilder().setName(name).build();
    }

    private static Message.Builder message(String topic, MessageType type) {
        return Message.newBuilder().setTopic(resource(topic)).setBody(ByteString.copyFromUtf8("body")).setSystemProperties(
                SystemProperties.newBuilder().setMessageId("id-1").setMessageType(type));
    }

    private static SendMessageResponse send(GrpcUser user, Message.Builder... messages) {
        SendMessageRequest.Builder request = SendMessageRequest.newBuilder();
        for (Message.Builder message : messages) {
            request.addMessages(message);
        }
        return user.calls().sendMessage(request.build());
    }

    private static Status send(GrpcUser user, String topic) {
        return send(user, message(topic, MessageType.NORMAL)).getStatus();
    }

    private static ReceiveMessageRequest receive(String group, String topic, int pollSeconds) {
        return ReceiveMessageRequest.newBuilder().setGroup(resource(group))
                .setMessageQueue(MessageQueue.newBuilder().setTopic(resource(topic)).setId(-1)).setBatchSize(16)
                .setInvisibleDuration(Duration.newBuilder().setSeconds(30))
                .setLongPollingTimeout(Duration.newBuilder().setSeconds(pollSeconds)).build();
    }

    private static void assertRefused(Code code, String reason, Status answer) {
        assertEquals(code, answer.getCode(), answer.getMessage());
        assertTrue(answer.getMessage().startsWith("No permission: "), answer.getMessage());
        assertTrue(answer.getMessage().contains(reason), answer.getMessage());
    }

    @Test
    void usersMayDoWhatTheirRulesAllow() throws Exception {
        GrpcUser pub = client("pub");
        GrpcUser sub = client("sub");
        assertEquals(Code.OK, send(pub, "T").getCode());
        assertRefused(Code.FORBIDDEN, "no rule of user pub allows Pub on Topic:Other from 127.0.0.1", send(pub, "Other"));
        assertRefused(Code.FORBIDDEN, "Pub on Topic:T", send(sub, "T"));
        Iterator<ReceiveMessageResponse> got = sub.calls().receiveMessage(receive("G", "T", 10));
        assertEquals(Code.OK, got.next().getStatus().getCode());
        String handle = got.next().getMessage().getSystemProperties().getReceiptHandle();
        AckMessageRequest ack = AckMessageRequest.newBuilder().setGroup(resource("G")).setTopic(resource("T"))
                .addEntries(AckMessageEntry.newBuilder().setReceiptHandle(handle)).build();
        assertRefused(Code.FORBIDDEN, "Sub on Group:G", pub.calls().ackMessage(ack).getStatus());
        assertEquals(Code.OK, sub.calls().ackMessage(ack).getStatus().getCode());
        assertRefused(Code.FORBIDDEN, "Sub on Group:H",
                sub.calls().receiveMessage(receive("H", "T", 0)).next().getStatus());
    }

    @Test
    void accountsOfRocketMq4AreUsersToo() throws Exception {
        Path accounts = directory.resolveSibling(directory.getFileName() + ".yml");
        java.nio.file.Files.writeString(accounts, """
                accounts:
                - accessKey: old
                  secretKey: secret-of-old
                  defaultTopicPerm: DENY
                  topicPerms:
                  - T=PUB
                """);
        users.close();
        users = Users.start(directory, "auth.plain.acl=" + accounts);
        assertEquals(Code.OK, send(client("old"), "T").getCode());
        assertRefused(Code.FORBIDDEN, "Pub on Topic:Other", send(client("old"), "Other"));
        java.nio.file.Files.delete(accounts);
    }

    @Test
    void secT19AWrongSecretAndAnUnknownUserGetTheSameAnswer() throws Exception {
        Status wrong = send(client(null).as("pub", "not the secret"), "T");
        Status unknown = send(client(null).as("pup", "not the secret"), "T");
        assertRefused(Code.UNAUTHORIZED, "Check signature failed", wrong);
        assertEquals(wrong.getMessage().replace("pub", "pup"), unknown.getMessage());
        assertRefused(Code.UNAUTHORIZED, "the call is not signed", send(client(null), "T"));
        StatusRuntimeException stream = assertThrows(StatusRuntimeException.class, () -> telemetry(client(null)).join());
        assertEquals(io.grpc.Status.Code.UNAUTHENTICATED, stream.getStatus().getCode());
    }

    @Test
    void secT07GuessingIsSlowOverGrpcToo() throws Exception {
        GrpcUser signedBefore = client("pub");
        assertEquals(Code.OK, send(signedBefore, "T").getCode());
        for (int i = 0; i < 5; i++) {
            assertRefused(Code.UNAUTHORIZED, "Check signature failed", send(client(null).as("pub", "guess " + i), "T"));
        }
        assertRefused(Code.UNAUTHORIZED, "too many wrong signatures", send(client("pub"), "T"));
        String remoting = users.client("pub").ask(105, Map.of("topic", "T")).remark();
        assertTrue(remoting.contains("too many wrong signatures"), "the protocols share the count: " + remoting);
        assertEquals(Code.OK, send(signedBefore, "T").getCode(), "a user with an earlier valid signature does not wait");
    }

    @Test
    void secT19ASignatureIsValidForMinutes() throws Exception {
        for (int seconds : new int[] {-290, 0, 290}) {
            String time = GrpcUser.at(Instant.now().plusSeconds(seconds), ZoneOffset.UTC);
            assertEquals(Code.OK, send(client("pub").at(time), "T").getCode(), time);
        }
        for (int seconds : new int[] {-86_400, -3_600, -310, 310, 3_600, 86_400}) {
            String time = GrpcUser.at(Instant.now().plusSeconds(seconds), ZoneOffset.UTC);
            assertRefused(Code.UNAUTHORIZED, "is more than 5 minutes from this broker's clock",
                    send(client("pub").at(time), "T"));
        }
        for (String time : new String[] {"", "x", "20260230T000000Z", "9".repeat(2_000), "+999999999-12-31T00:00:00Z"}) {
            Status answer = send(client("pub").at(time), "T");
            assertRefused(Code.UNAUTHORIZED, "minutes from this broker's clock", answer);
        }
    }

    @Test
    void timesOfConfiguredZonesAndInOtherFormatsAreAccepted() throws Exception {
        for (ZoneId zone : List.of(ZoneId.systemDefault(), ZoneId.of("Asia/Kathmandu"), ZoneOffset.ofHours(-11))) {
            assertEquals(Code.OK, send(client("pub").at(GrpcUser.now(zone)), "T").getCode(), zone.toString());
        }
        assertRefused(Code.UNAUTHORIZED, "name it in auth.grpc.zones",
                send(client("pub").at(GrpcUser.now(ZoneOffset.ofHoursMinutes(7, 15))), "T"));
        assertEquals(Code.OK, send(client("pub").at(Instant.now().toString()), "T").getCode(), "as in Rust");
        String time = GrpcUser.now(ZoneOffset.UTC);
        String hex = GrpcUser.signature(time, Users.secret("pub"));
        for (String form : new String[] {
            "Credential=pub//Rocketmq, SignedHeaders=x-mq-date-time, Signature=" + hex,
            "Credential=pub, SignedHeaders=x-mq-date-time, Signature=" + hex.toUpperCase(Locale.ROOT)
        }) {
            assertEquals(Code.OK, raw("MQv2-HMAC-SHA1 " + form, time).getCode(), form);
        }
        for (String form : new String[] {
            "MQv2-HMAC-SHA1", "MQv2-HMAC-SHA1 ", "MQv2-HMAC-SHA1 Credential=pub", "MQv2-HMAC-SHA1 Signature=" + hex,
            "MQv2-HMAC-SHA1 Credential=/pub, Signature=" + hex, "Basic Credential=pub, Signature=" + hex,
            "MQv2-HMAC-SHA1 Credential=pub, Signature=" + hex.substring(2),
            "MQv2-HMAC-SHA1 Credential=pub, Signature=zz" + hex.substring(2),
            "MQv2-HMAC-SHA1 Credential=pub, Signature=" + hex + "00",
            "MQv2-HMAC-SHA1 Credential=" + "p".repeat(300) + ", Signature=" + hex
        }) {
            assertEquals(Code.UNAUTHORIZED, raw(form, time).getCode(), form);
        }
    }

    private Status raw(String authorization, String time) throws Exception {
        Metadata headers = new Metadata();
        GrpcUser.put(headers, "authorization", authorization);
        GrpcUser.put(headers, "x-mq-date-time", time);
        return early(client(null), headers).get(10, TimeUnit.SECONDS);
    }

    /** Returns the answer to a call of which only the headers are sent; where it is admitted, the request follows. */
    private static CompletableFuture<Status> early(GrpcUser user, Metadata headers) {
        CompletableFuture<Status> answer = new CompletableFuture<>();
        ClientCall<SendMessageRequest, SendMessageResponse> call =
                user.channel().newCall(MessagingServiceGrpc.getSendMessageMethod().toBuilder()
                        .setType(MethodDescriptor.MethodType.CLIENT_STREAMING).build(), CallOptions.DEFAULT);
        call.start(new ClientCall.Listener<>() {
            @Override
            public void onMessage(SendMessageResponse message) {
                answer.complete(message.getStatus());
            }

            @Override
            public void onClose(io.grpc.Status status, Metadata trailers) {
                answer.completeExceptionally(status.asException());
            }
        }, headers);
        call.request(2);
        if (headers.keys().contains("authorization")) {
            call.sendMessage(SendMessageRequest.newBuilder().addMessages(message("T", MessageType.NORMAL)).build());
            call.halfClose();
        }
        return answer;
    }

    @Test
    void secT10NothingOfAStrangersRequestIsRead() throws Exception {
        GrpcUser stranger = client(null);
        assertRefused(Code.UNAUTHORIZED, "not signed", early(stranger, new Metadata()).get(10, TimeUnit.SECONDS));
        SendMessageRequest big = SendMessageRequest.newBuilder()
                .addMessages(message("T", MessageType.NORMAL).setBody(ByteString.copyFrom(new byte[16 << 20]))).build();
        for (int i = 0; i < 20; i++) {
            assertRefused(Code.UNAUTHORIZED, "not signed", stranger.calls().sendMessage(big).getStatus());
        }
    }

    @Test
    void secT16EveryTopicOfARequestIsChecked() throws Exception {
        GrpcUser other = client("other");
        assertRefused(Code.FORBIDDEN, "Pub on Topic:T", send(other, message("Mine", MessageType.NORMAL),
                message("T", MessageType.NORMAL)).getStatus());
        Message.Builder[] many = new Message.Builder[1_100];
        for (int i = 0; i < many.length; i++) {
            many[i] = message("Mine" + i, MessageType.NORMAL);
        }
        assertEquals(Code.BAD_REQUEST, send(other, many).getStatus().getCode());
        Resource split = Resource.newBuilder().setResourceNamespace("Mine").setName("T").build();
        assertRefused(Code.FORBIDDEN, "Pub on Topic:Mine%T",
                send(other, message("Mine", MessageType.NORMAL).setTopic(split)).getStatus());
        Resource retry = Resource.newBuilder().setResourceNamespace("%RETRY").setName("G").build();
        assertRefused(Code.FORBIDDEN, "Sub on Group:G",
                send(other, message("x", MessageType.NORMAL).setTopic(retry)).getStatus());
        for (String user : new String[] {"other", "root"}) {
            assertRefused(Code.FORBIDDEN, "only the broker", send(client(user), "%DLQ%Mine"));
            assertRefused(Code.FORBIDDEN, "only the broker", send(client(user), "RMQ_SYS_ANYTHING"));
        }
        assertRefused(Code.FORBIDDEN, "Sub on Group:G",
                other.calls().receiveMessage(receive("Mine", "%RETRY%G", 0)).next().getStatus());
    }

    @Test
    void secT16TransactionsAndRecallsBelongToTheNamedTopic() throws Exception {
        SendResultEntry half = send(client("pub"), message("T", MessageType.TRANSACTION)).getEntries(0);
        EndTransactionRequest end = EndTransactionRequest.newBuilder().setTopic(resource("Mine")).setMessageId("id-1")
                .setTransactionId(half.getTransactionId()).setResolution(TransactionResolution.COMMIT).build();
        assertEquals(Code.INVALID_TRANSACTION_ID, client("other").calls().endTransaction(end).getStatus().getCode());
        EndTransactionRequest right = end.toBuilder().setTopic(resource("T")).build();
        assertRefused(Code.FORBIDDEN, "Pub on Topic:T", client("other").calls().endTransaction(right).getStatus());
        assertEquals(Code.OK, client("pub").calls().endTransaction(right).getStatus().getCode());

        Message.Builder later = message("T", MessageType.DELAY);
        later.getSystemPropertiesBuilder().setDeliveryTimestamp(
                Timestamp.newBuilder().setSeconds(Instant.now().getEpochSecond() + 3_600));
        String handle = send(client("pub"), later).getEntries(0).getRecallHandle();
        RecallMessageRequest recall =
                RecallMessageRequest.newBuilder().setTopic(resource("Mine")).setRecallHandle(handle).build();
        assertEquals(Code.BAD_REQUEST, client("other").calls().recallMessage(recall).getStatus().getCode());
        assertRefused(Code.FORBIDDEN, "Pub on Topic:T", client("other").calls().recallMessage(
                recall.toBuilder().setTopic(resource("T")).build()).getStatus());
    }

    @Test
    void secT17TheSameClientIdOfAnotherUserIsAnotherClient() throws Exception {
        users.user("twin", "Topic:T Sub Allow", "Group:G Sub Allow");
        send(client("pub"), "T");
        ReceiveMessageRequest renewed =
                receive("G", "T", 5).toBuilder().clearInvisibleDuration().setAutoRenew(true).build();
        assertEquals(Code.OK, client("sub").calls().receiveMessage(renewed).next().getStatus().getCode());
        NotifyClientTerminationRequest end =
                NotifyClientTerminationRequest.newBuilder().setGroup(resource("G")).build();
        assertEquals(Code.OK, client("twin").calls().notifyClientTermination(end).getStatus().getCode());
        assertEquals(Code.MESSAGE_NOT_FOUND,
                client("twin").calls().receiveMessage(receive("G", "T", 0)).next().getStatus().getCode());
        assertEquals(Code.OK, client("sub").calls().notifyClientTermination(end).getStatus().getCode());
        assertEquals(Code.OK, client("twin").calls().receiveMessage(receive("G", "T", 5)).next().getStatus().getCode());
    }

    @Test
    void aRouteNeedsAnyPermissionOnItsTopic() throws Exception {
        QueryRouteRequest known = QueryRouteRequest.newBuilder().setTopic(resource("T")).build();
        send(client("pub"), "T");
        assertEquals(Code.OK, client("pub").calls().queryRoute(known).getStatus().getCode());
        assertEquals(Code.OK, client("sub").calls().queryRoute(known).getStatus().getCode());
        String there = client("other").calls().queryRoute(known).getStatus().getMessage();
        String none = client("other").calls().queryRoute(known.toBuilder().setTopic(resource("U")).build())
                .getStatus().getMessage();
        assertEquals(there.replace("Topic:T", "Topic:U"), none, "a user without permissions cannot find out what exists");
    }

    /** Opens a stream of settings; completes when it ends. */
    private CompletableFuture<Void> telemetry(GrpcUser user) {
        CompletableFuture<Void> over = new CompletableFuture<>();
        CompletableFuture<Void> told = new CompletableFuture<>();
        StreamObserver<TelemetryCommand> out = user.streams().telemetry(new StreamObserver<>() {
            @Override
            public void onNext(TelemetryCommand command) {
                told.complete(null);
            }

            @Override
            public void onError(Throwable failure) {
                over.completeExceptionally(failure);
                told.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {
                over.complete(null);
            }
        });
        out.onNext(TelemetryCommand.newBuilder().setSettings(Settings.newBuilder().setClientType(ClientType.PUSH_CONSUMER)
                .setSubscription(Subscription.newBuilder().setGroup(resource("G"))
                        .addSubscriptions(SubscriptionEntry.newBuilder().setTopic(resource("T"))))).build());
        try {
            told.join();
        } catch (java.util.concurrent.CompletionException e) {
            throw (StatusRuntimeException) e.getCause();
        }
        return over;
    }

    @Test
    void changesApplyToOpenStreamsAndHeldReceives() throws Exception {
        users.user("kept", "Topic:T Sub Allow", "Group:G Sub Allow");
        CompletableFuture<Void> stream = telemetry(client("sub"));
        CompletableFuture<Void> kept = telemetry(client("kept").named("client-2"));
        Queue<Status> held = new ConcurrentLinkedQueue<>();
        client("sub").streams().receiveMessage(receive("G", "T", 50), collect(held));
        Queue<Status> heldOn = new ConcurrentLinkedQueue<>();
        GrpcUser patient = client("kept");
        patient.streams().receiveMessage(receive("G", "T", 50), collect(heldOn));
        patient.calls().receiveMessage(receive("G", "T", 0)).next(); // returns after the first call has begun

        assertEquals(0, users.root().ask(3008, Map.of("subject", "User:sub", "resource", "Topic:T")).code());

        await().atMost(java.time.Duration.ofSeconds(1)).until(() -> stream.isDone() && !held.isEmpty());
        assertRefused(Code.FORBIDDEN, "Sub on Topic:T", held.peek());
        io.grpc.Status end = io.grpc.Status.fromThrowable(stream.handle((v, e) -> e).join());
        assertEquals(io.grpc.Status.Code.PERMISSION_DENIED, end.getCode());
        assertTrue(end.getDescription().contains("no rule of user sub allows Sub on Topic:T"), end.getDescription());
        assertFalse(kept.isDone() || !heldOn.isEmpty(), "the other user's calls continue");
        send(client("pub"), "T");
        await().until(() -> !heldOn.isEmpty());
        assertEquals(Code.OK, heldOn.peek().getCode());

        assertEquals(0, users.root().ask(3002, Map.of("username", "kept"), text("{\"password\":\"a new one\"}")).code());
        await().atMost(java.time.Duration.ofSeconds(1)).until(kept::isDone);
        assertEquals(io.grpc.Status.Code.UNAUTHENTICATED,
                io.grpc.Status.fromThrowable(kept.handle((v, e) -> e).join()).getCode());
        assertRefused(Code.UNAUTHORIZED, "Check signature failed",
                patient.calls().receiveMessage(receive("G", "T", 0)).next().getStatus());
    }

    private static StreamObserver<ReceiveMessageResponse> collect(Queue<Status> statuses) {
        return new StreamObserver<>() {
            @Override
            public void onNext(ReceiveMessageResponse part) {
                if (part.hasStatus()) {
                    statuses.add(part.getStatus());
                }
            }

            @Override
            public void onError(Throwable failure) { }

            @Override
            public void onCompleted() { }
        };
    }

    @Test
    void unknownCallsAreRefused() throws Exception {
        for (String name : new String[] {
            "apache.rocketmq.v2.MessagingService/Nothing", "apache.rocketmq.v2.Admin/ChangeLogLevel",
            "grpc.reflection.v1.ServerReflection/ServerReflectionInfo", "grpc.health.v1.Health/Check"
        }) {
            MethodDescriptor<SendMessageRequest, SendMessageResponse> unknown =
                    MessagingServiceGrpc.getSendMessageMethod().toBuilder().setFullMethodName(name).build();
            StatusRuntimeException refused = assertThrows(StatusRuntimeException.class, () -> ClientCalls.blockingUnaryCall(
                    client("root").channel(), unknown, CallOptions.DEFAULT, SendMessageRequest.getDefaultInstance()));
            assertEquals(io.grpc.Status.Code.UNIMPLEMENTED, refused.getStatus().getCode(), name);
        }
    }
}
