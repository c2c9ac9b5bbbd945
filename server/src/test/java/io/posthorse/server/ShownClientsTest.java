package io.posthorse.server;

import static io.posthorse.server.RawClient.NO_BODY;
import static io.posthorse.server.TestBroker.heartbeat;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.ClientType;
import apache.rocketmq.v2.FilterExpression;
import apache.rocketmq.v2.FilterType;
import apache.rocketmq.v2.Language;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.Publishing;
import apache.rocketmq.v2.Resource;
import apache.rocketmq.v2.Settings;
import apache.rocketmq.v2.Subscription;
import apache.rocketmq.v2.SubscriptionEntry;
import apache.rocketmq.v2.TelemetryCommand;
import apache.rocketmq.v2.UA;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** gRPC clients in the answers to tools, alone and together with remoting members of the same group. */
class ShownClientsTest {
    @TempDir
    Path directory;

    private TestBroker broker;
    private RawClient client;
    private ManagedChannel channel;

    @BeforeEach
    void start() throws Exception {
        broker = TestBroker.start(directory);
        broker.topic("T", 2);
        client = broker.client();
        channel = NettyChannelBuilder.forAddress("localhost", broker.server().grpcPort()).usePlaintext().build();
    }

    @AfterEach
    void stop() throws Exception {
        channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
        broker.close();
    }

    /** The stream of a client's settings. */
    private final class Stream implements StreamObserver<TelemetryCommand> {
        private final LinkedBlockingQueue<TelemetryCommand> answers = new LinkedBlockingQueue<>();
        private final StreamObserver<TelemetryCommand> out;

        Stream(String clientId) {
            Metadata headers = new Metadata();
            headers.put(Metadata.Key.of("x-mq-client-id", Metadata.ASCII_STRING_MARSHALLER), clientId);
            out = MessagingServiceGrpc.newStub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(headers)).telemetry(this);
        }

        Stream tell(Settings.Builder settings) throws InterruptedException {
            out.onNext(TelemetryCommand.newBuilder().setSettings(settings).build());
            TelemetryCommand answer = answers.poll(10, TimeUnit.SECONDS);
            assertTrue(answer != null && answer.hasSettings(), "" + answer);
            return this;
        }

        @Override
        public void onNext(TelemetryCommand answer) {
            answers.add(answer);
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    private static Settings.Builder consumer(ClientType type, Language language, String version, String topic) {
        SubscriptionEntry entry = SubscriptionEntry.newBuilder().setTopic(Resource.newBuilder().setName(topic))
                .setExpression(FilterExpression.newBuilder().setType(FilterType.SQL).setExpression("a > 1")).build();
        return Settings.newBuilder().setClientType(type)
                .setUserAgent(UA.newBuilder().setLanguage(language).setVersion(version))
                .setSubscription(Subscription.newBuilder().setGroup(Resource.newBuilder().setName("G"))
                        .addSubscriptions(entry));
    }

    private JsonValue.Obj ask(int code, String... fields) {
        Frame answer = client.ask(code, Map.of(fields[0], fields[1]));
        assertEquals(0, answer.code(), answer.remark());
        return JsonReader.read(answer.body()).asObject();
    }

    private List<String> connected() {
        return ask(203, "consumerGroup", "G").array("connectionSet").stream()
                .map(c -> c.asObject().text("clientId", null)).toList();
    }

    private String members() {
        return new String(client.ask(38, Map.of("consumerGroup", "G")).body(), StandardCharsets.UTF_8);
    }

    @Test
    void aClientsSettingsAreShown() throws Exception {
        new Stream("go-1").tell(consumer(ClientType.SIMPLE_CONSUMER, Language.GOLANG, "5.1.3", "T"));
        new Stream("other-1").tell(consumer(ClientType.PUSH_CONSUMER, Language.KOTLIN, "nightly", "T"));
        JsonValue.Obj group = ask(203, "consumerGroup", "G");
        JsonValue.Obj first = group.array("connectionSet").getFirst().asObject();
        assertEquals("GO", first.text("language", null));
        assertEquals(439, first.number("version", 0), "5.1.3 in the numbering of remoting clients");
        JsonValue.Obj second = group.array("connectionSet").get(1).asObject();
        assertEquals("OTHER", second.text("language", null));
        assertEquals(Frame.VERSION, second.number("version", 0));
        JsonValue.Obj interest = group.object("subscriptionTable").object("T");
        assertEquals("SQL92", interest.text("expressionType", null));
        assertEquals("a > 1", interest.text("subString", null));
    }

    @Test
    void remotingMembersShareQueuesWithoutGrpcMembers() throws Exception {
        Stream stream = new Stream("grpc-1").tell(consumer(ClientType.PUSH_CONSUMER, Language.JAVA, "5.2.0", "T"));
        assertEquals("{\"consumerIdList\":[\"grpc-1\"]}", members());
        client.ask(34, Map.of(), heartbeat("remoting-1", "G", "T", "*", 1));
        assertEquals("{\"consumerIdList\":[\"remoting-1\"]}", members());
        assertEquals(List.of("grpc-1", "remoting-1"), connected());
        Frame pushed = client.ask(309, Map.of("consumerGroup", "G", "clientId", "grpc-1", "msgId", broker.sent(
                "T", 0, "", "x").field("msgId")), NO_BODY);
        assertEquals(1, pushed.code());
        assertTrue(pushed.remark().contains("is a gRPC client"), pushed.remark());
        stream.out.onCompleted();
        Awaitility.await().until(() -> connected().equals(List.of("remoting-1")));
        client.ask(35, Map.of("clientID", "remoting-1", "consumerGroup", "G"));
        assertEquals(206, client.ask(203, Map.of("consumerGroup", "G")).code());
    }

    @Test
    void aClientWithNewSettingsIsShownWithThem() throws Exception {
        Stream stream = new Stream("p-1").tell(publishing("T", "U"));
        assertEquals(0, client.ask(204, Map.of("producerGroup", "U")).code());
        stream.tell(publishing("T"));
        assertEquals(0, client.ask(204, Map.of("producerGroup", "T")).code());
        assertEquals(1, client.ask(204, Map.of("producerGroup", "U")).code());
        assertTrue(new String(client.ask(328, Map.of()).body(), StandardCharsets.UTF_8).contains("\"clientId\":\"p-1\""));
    }

    private static Settings.Builder publishing(String... topics) {
        Publishing.Builder all = Publishing.newBuilder();
        List.of(topics).forEach(topic -> all.addTopics(Resource.newBuilder().setName(topic)));
        return Settings.newBuilder().setClientType(ClientType.PRODUCER).setPublishing(all);
    }
}
