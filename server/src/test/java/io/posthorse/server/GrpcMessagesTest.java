package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.ChangeInvisibleDurationRequest;
import apache.rocketmq.v2.ClientType;
import apache.rocketmq.v2.Code;
import apache.rocketmq.v2.DigestType;
import apache.rocketmq.v2.Message;
import apache.rocketmq.v2.MessageQueue;
import apache.rocketmq.v2.MessageType;
import apache.rocketmq.v2.Publishing;
import apache.rocketmq.v2.ReceiveMessageRequest;
import apache.rocketmq.v2.ReceiveMessageResponse;
import apache.rocketmq.v2.Resource;
import apache.rocketmq.v2.SendMessageRequest;
import apache.rocketmq.v2.Settings;
import apache.rocketmq.v2.Subscription;
import apache.rocketmq.v2.SystemProperties;
import apache.rocketmq.v2.TelemetryCommand;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings and messages for gRPC clients, equal to those of RocketMQ's proxy. */
class GrpcMessagesTest {
    private static final Resource TOPIC = Resource.newBuilder().setName("T").build();
    private static final Resource GROUP = Resource.newBuilder().setName("G").build();

    @TempDir
    Path directory;

    private TestBroker broker;
    private GrpcUser client;

    @BeforeEach
    void start() throws IOException {
        broker = TestBroker.start(directory);
        client = GrpcUser.connect(broker);
        assertEquals(Code.OK, send(message("first"))); // creates the topic
        messages(client.calls().receiveMessage(receive(5_000, 3_600)));
    }

    @AfterEach
    void stop() {
        client.close();
        broker.close();
    }

    private static Message.Builder message(String id) {
        return Message.newBuilder().setTopic(TOPIC).setBody(ByteString.copyFromUtf8("body " + id)).setSystemProperties(
                SystemProperties.newBuilder().setMessageId(id).setMessageType(MessageType.NORMAL));
    }

    private Code send(Message.Builder message) {
        return client.calls().sendMessage(SendMessageRequest.newBuilder().addMessages(message).build()).getStatus()
                .getCode();
    }

    private static ReceiveMessageRequest receive(long pollMs, int seconds) {
        return ReceiveMessageRequest.newBuilder()
                .setGroup(GROUP)
                .setMessageQueue(MessageQueue.newBuilder().setTopic(TOPIC).setId(-1))
                .setBatchSize(16)
                .setInvisibleDuration(Duration.newBuilder().setSeconds(seconds))
                .setLongPollingTimeout(Duration.newBuilder().setSeconds(pollMs / 1_000))
                .build();
    }

    private static List<Message> messages(Iterator<ReceiveMessageResponse> parts) {
        List<Message> messages = new ArrayList<>();
        parts.forEachRemaining(part -> {
            if (part.hasMessage()) {
                messages.add(part.getMessage());
            }
        });
        return messages;
    }

    private Settings settings(Settings told) throws Exception {
        CompletableFuture<Settings> answer = new CompletableFuture<>();
        StreamObserver<TelemetryCommand> stream = client.streams().telemetry(new StreamObserver<>() {
            @Override
            public void onNext(TelemetryCommand command) {
                answer.complete(command.getSettings());
            }

            @Override
            public void onError(Throwable failure) {
                answer.completeExceptionally(failure);
            }

            @Override
            public void onCompleted() {}
        });
        stream.onNext(TelemetryCommand.newBuilder().setSettings(told).build());
        Settings kept = answer.get(10, TimeUnit.SECONDS);
        stream.onCompleted();
        return kept;
    }

    @Test
    void bodiesHaveTheDigestThatAllClientsSupport() throws Exception {
        assertEquals(Code.OK, send(message("digest")));
        Message got = messages(client.calls().receiveMessage(receive(5_000, 30))).getFirst();
        assertEquals(DigestType.MD5, got.getSystemProperties().getBodyDigest().getType());
        byte[] digest = MessageDigest.getInstance("MD5").digest(got.getBody().toByteArray());
        assertEquals(
                HexFormat.of().withUpperCase().formatHex(digest),
                got.getSystemProperties().getBodyDigest().getChecksum());
    }

    @Test
    void aDeliveryTimeMakesAMessageWithoutATypeADelayedOne() throws Exception {
        long due = System.currentTimeMillis() + 2_000;
        for (MessageType type : new MessageType[] {MessageType.MESSAGE_TYPE_UNSPECIFIED, MessageType.NORMAL}) {
            Message.Builder later = message("later" + type);
            later.getSystemPropertiesBuilder().setMessageType(type).setDeliveryTimestamp(
                    Timestamp.newBuilder().setSeconds(due / 1_000).setNanos((int) (due % 1_000) * 1_000_000));
            assertEquals(Code.OK, send(later), type.name());
        }
        List<Message> got = new ArrayList<>();
        await().until(() -> got.addAll(messages(client.calls().receiveMessage(receive(5_000, 30)))) && got.size() == 2);
        assertTrue(System.currentTimeMillis() >= due);
        assertEquals(MessageType.DELAY, got.getFirst().getSystemProperties().getMessageType());
    }

    @Test
    void anInvisibleDurationOf0MeansTheGroupsBackoff() throws Exception {
        assertEquals(Code.OK, send(message("again")));
        Message got = messages(client.calls().receiveMessage(receive(5_000, 30))).getFirst();
        long changed = System.nanoTime();
        assertEquals(Code.OK, client.calls().changeInvisibleDuration(ChangeInvisibleDurationRequest.newBuilder()
                .setGroup(GROUP).setTopic(TOPIC).setReceiptHandle(got.getSystemProperties().getReceiptHandle())
                .setInvisibleDuration(Duration.getDefaultInstance()).build()).getStatus().getCode());
        List<Message> again = messages(client.calls().receiveMessage(receive(10_000, 30)));
        assertEquals(1, again.size());
        assertTrue(System.nanoTime() - changed >= 900_000_000L, "the first level is 1 s");
    }

    @Test
    void requestsMayContainTheLongestMessage() throws Exception {
        broker.close();
        client.close();
        broker = TestBroker.start(directory.resolve("long"), "maxMessageSize=33554432", "mappedFileSizeCommitLog=67108864");
        client = GrpcUser.connect(broker);
        ByteString body = ByteString.copyFrom(new byte[32 << 20]);
        assertEquals(Code.OK, send(message("long").setBody(body)));
        List<Message> got = new ArrayList<>();
        client.calls().withMaxInboundMessageSize(40 << 20).receiveMessage(receive(5_000, 30)).forEachRemaining(part -> {
            if (part.hasMessage()) {
                got.add(part.getMessage());
            }
        });
        assertEquals(body, got.getFirst().getBody());

        assertEquals(Code.MESSAGE_BODY_TOO_LARGE, send(message("more").setBody(ByteString.copyFrom(
                new byte[(32 << 20) + 1]))));
        StatusRuntimeException tooLong = assertThrows(StatusRuntimeException.class, () -> send(message("much more").setBody(
                ByteString.copyFrom(new byte[34 << 20]))));
        assertEquals(Status.Code.RESOURCE_EXHAUSTED, tooLong.getStatus().getCode());
        assertEquals(0, broker.client().ask(25, Map.of(), TestBroker.text("maxMessageSize=41943040")).code());
        assertEquals(Code.OK, send(message("much more").setBody(ByteString.copyFrom(new byte[34 << 20]))));
    }

    @Test
    void clientsGetCompleteSettings() throws Exception {
        Settings publishing = settings(Settings.newBuilder().setClientType(ClientType.PRODUCER)
                .setPublishing(Publishing.newBuilder().addTopics(TOPIC)).build());
        assertEquals(3, publishing.getBackoffPolicy().getMaxAttempts());
        assertEquals(2, publishing.getBackoffPolicy().getExponentialBackoff().getMultiplier());
        Settings subscribing = settings(Settings.newBuilder().setClientType(ClientType.PUSH_CONSUMER)
                .setSubscription(Subscription.newBuilder().setGroup(GROUP)).build());
        assertEquals(
                List.of(1L, 5L, 10L, 30L),
                subscribing.getBackoffPolicy().getCustomizedBackoff().getNextList().stream()
                        .limit(4).map(Duration::getSeconds).toList());
    }
}
