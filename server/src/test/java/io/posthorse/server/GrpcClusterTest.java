package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.AckMessageEntry;
import apache.rocketmq.v2.AckMessageRequest;
import apache.rocketmq.v2.Address;
import apache.rocketmq.v2.AddressScheme;
import apache.rocketmq.v2.Broker;
import apache.rocketmq.v2.Code;
import apache.rocketmq.v2.Endpoints;
import apache.rocketmq.v2.Message;
import apache.rocketmq.v2.MessageQueue;
import apache.rocketmq.v2.MessageType;
import apache.rocketmq.v2.MessagingServiceGrpc;
import apache.rocketmq.v2.QueryAssignmentRequest;
import apache.rocketmq.v2.QueryAssignmentResponse;
import apache.rocketmq.v2.QueryRouteRequest;
import apache.rocketmq.v2.QueryRouteResponse;
import apache.rocketmq.v2.RecallMessageRequest;
import apache.rocketmq.v2.ReceiveMessageRequest;
import apache.rocketmq.v2.Resource;
import apache.rocketmq.v2.SendMessageRequest;
import apache.rocketmq.v2.SendMessageResponse;
import apache.rocketmq.v2.SystemProperties;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.netty.handler.ssl.util.InsecureTrustManagerFactory;
import io.posthorse.format.rocketmq.RecallHandle;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several masters, one of which a gRPC client dials. */
class GrpcClusterTest {
    private static final Resource GROUP = Resource.newBuilder().setName("G").build();

    @TempDir
    Path directory;

    private TestBroker broker(String name, String nameServer, String... more) {
        List<String> sets = new ArrayList<>(List.of(
                "brokerName=" + name, "nameserver.enabled=false", "namesrvAddr=" + nameServer));
        sets.addAll(List.of(more));
        return TestBroker.start(directory.resolve(name), sets.toArray(String[]::new));
    }

    private static Resource topic(String name) {
        return Resource.newBuilder().setName(name).build();
    }

    private static Endpoints at(TestBroker broker) throws IOException {
        return Endpoints.newBuilder().setScheme(AddressScheme.IPv4)
                .addAddresses(Address.newBuilder().setHost("127.0.0.1").setPort(broker.server().grpcPort())).build();
    }

    /**
     * Requests a route as a client that was given the address of {@code dialled}, and may have learnt this address there.
     */
    private static QueryRouteResponse route(GrpcUser client, TestBroker dialled, String topic) throws IOException {
        return client.calls().queryRoute(
                QueryRouteRequest.newBuilder().setTopic(topic(topic)).setEndpoints(at(dialled)).build());
    }

    private static QueryAssignmentResponse assignment(GrpcUser client, TestBroker dialled, String topic)
            throws IOException {
        return client.calls().queryAssignment(QueryAssignmentRequest.newBuilder()
                .setTopic(topic(topic)).setGroup(GROUP).setEndpoints(at(dialled)).build());
    }

    private static String text(MessageQueue queue) {
        Broker broker = queue.getBroker();
        Address address = broker.getEndpoints().getAddresses(0);
        return broker.getName() + "@" + address.getHost() + ":" + address.getPort() + "/" + queue.getId() + " "
                + queue.getPermission();
    }

    private static List<String> queues(QueryRouteResponse route) {
        return route.getMessageQueuesList().stream().map(GrpcClusterTest::text).toList();
    }

    private static List<String> queues(QueryAssignmentResponse assignment) {
        return assignment.getAssignmentsList().stream().map(a -> text(a.getMessageQueue())).toList();
    }

    private static String on(String name, TestBroker broker, int queue, String permission) throws IOException {
        return name + "@127.0.0.1:" + broker.server().grpcPort() + "/" + queue + " " + permission;
    }

    private static SendMessageResponse send(GrpcUser client, Message.Builder message) {
        return client.calls().sendMessage(SendMessageRequest.newBuilder().addMessages(message).build());
    }

    private static Message.Builder message(String id) {
        return Message.newBuilder().setTopic(topic("Work")).setBody(ByteString.copyFromUtf8(id)).setSystemProperties(
                SystemProperties.newBuilder().setMessageId(id).setMessageType(MessageType.NORMAL));
    }

    private static Message.Builder later(String id) {
        Message.Builder message = message(id);
        message.getSystemPropertiesBuilder().setMessageType(MessageType.DELAY).setDeliveryTimestamp(
                Timestamp.newBuilder().setSeconds(System.currentTimeMillis() / 1_000 + 600));
        return message;
    }

    private static Code recall(GrpcUser client, String handle) {
        return client.calls().recallMessage(RecallMessageRequest.newBuilder()
                .setTopic(topic("Work")).setRecallHandle(handle).build()).getStatus().getCode();
    }

    /** Receives a message where a queue says, and acknowledges it there. */
    private static String received(GrpcUser client) {
        List<Message> got = new ArrayList<>();
        client.calls().receiveMessage(ReceiveMessageRequest.newBuilder()
                .setGroup(GROUP).setMessageQueue(MessageQueue.newBuilder().setTopic(topic("Work")).setId(-1))
                .setBatchSize(16).setInvisibleDuration(Duration.newBuilder().setSeconds(30))
                .setLongPollingTimeout(Duration.newBuilder().setSeconds(5)).build()).forEachRemaining(part -> {
                    if (part.hasMessage()) {
                        got.add(part.getMessage());
                    }
                });
        assertEquals(1, got.size());
        assertEquals(Code.OK, client.calls().ackMessage(AckMessageRequest.newBuilder()
                .setGroup(GROUP).setTopic(topic("Work")).addEntries(AckMessageEntry.newBuilder().setReceiptHandle(
                        got.getFirst().getSystemProperties().getReceiptHandle())).build()).getStatus().getCode());
        return got.getFirst().getBody().toStringUtf8();
    }

    @Test
    void everyMasterAnswersWithTheQueuesOfAllMasters() throws Exception {
        try (TestBroker home = TestBroker.start(directory.resolve("home"), "brokerName=home");
                TestBroker second = broker("second", "127.0.0.1:" + home.server().nameServerPort());
                TestBroker third = broker("third", "127.0.0.1:" + home.server().nameServerPort());
                TestBroker without = broker(
                        "without", "127.0.0.1:" + home.server().nameServerPort(), "grpc.enabled=false")) {
            home.topic("Work", 2);
            second.topic("Work", 1, 4);
            third.topic("Work", 1, 2);
            without.topic("Work", 4);
            second.topic("Only", 1);
            List<String> all = List.of(
                    on("home", home, 0, "READ_WRITE"), on("home", home, 1, "READ_WRITE"), on("second", second, 0, "READ"),
                    on("third", third, 0, "WRITE"));
            List<String> readable = List.of(on("home", home, -1, "READ"), on("second", second, -1, "READ"));
            for (TestBroker asked : List.of(home, second, third)) {
                try (GrpcUser client = GrpcUser.connect(asked)) {
                    await().untilAsserted(() -> assertEquals(all, queues(route(client, home, "Work"))));
                    assertEquals(readable, queues(assignment(client, home, "Work")));
                    await().untilAsserted(() -> assertEquals(
                            List.of(on("second", second, 0, "READ_WRITE")), queues(route(client, home, "Only"))));
                    assertEquals(Code.OK, route(client, asked, "New").getStatus().getCode(), "its first message creates it");
                }
            }
        }
    }

    @Test
    void aGroupThatReadsInOrderIsAssignedEachQueueOfAllMasters() throws Exception {
        try (TestBroker home = TestBroker.start(directory.resolve("home"), "brokerName=home");
                TestBroker second = broker("second", "127.0.0.1:" + home.server().nameServerPort());
                GrpcUser client = GrpcUser.connect(second)) {
            home.topic("Work", 2);
            second.topic("Work", 1);
            assertEquals(0, second.client().ask(200, Map.of(), TestBroker.text(
                    "{\"groupName\":\"G\",\"consumeEnable\":true,\"consumeMessageOrderly\":true}")).code());
            List<String> each = List.of(
                    on("home", home, 0, "READ"), on("home", home, 1, "READ"), on("second", second, 0, "READ"));
            await().untilAsserted(() -> assertEquals(each, queues(assignment(client, home, "Work"))));
        }
    }

    @Test
    void messagesGoToTheMasterOfTheQueueAndAreRecalledFromAnyMaster() throws Exception {
        try (NameServerProcess alone = nameServer();
                Users first = users("first", alone.port());
                Users second = users("second", alone.port());
                GrpcUser atFirst = GrpcUser.connect(first.broker()).as("ann", Users.secret("ann"));
                GrpcUser atSecond = GrpcUser.connect(second.broker()).as("ann", Users.secret("ann"));
                GrpcUser bob = GrpcUser.connect(first.broker()).as("bob", Users.secret("bob"))) {
            for (Users users : List.of(first, second)) {
                users.user("ann", "Topic:Work Pub,Sub Allow", "Group:G Sub Allow").user("bob", "Topic:Other Pub Allow");
            }
            Map<String, GrpcUser> at = new TreeMap<>(Map.of("first", atFirst, "second", atSecond));
            at.forEach((name, client) -> assertEquals(Code.OK, send(client, message(name)).getStatus().getCode()));
            await().untilAsserted(() -> {
                QueryRouteResponse route = route(atFirst, first.broker(), "Work");
                assertEquals(8, route.getMessageQueuesCount());
                assertEquals(8, queues(route(atSecond, first.broker(), "Work")).size());
            });
            at.forEach((name, client) -> assertEquals(name, received(client)));

            String handle = send(atSecond, later("later")).getEntries(0).getRecallHandle();
            assertTrue(!handle.isEmpty());
            assertEquals(Code.FORBIDDEN, recall(bob, handle));
            assertEquals(Code.OK, recall(atFirst, handle), "with the caller's signature");
            assertEquals(Code.MESSAGE_NOT_FOUND, recall(atSecond, handle));
            assertEquals(Code.MESSAGE_NOT_FOUND, recall(atFirst, handle));
            String gone = new String(new RecallHandle("Work", "gone", 0, "id", 1).bytes(), StandardCharsets.US_ASCII);
            assertEquals(Code.BAD_REQUEST, recall(atFirst, gone), "the broker is unknown");
        }
    }

    @Test
    void aCallIsForwardedWithEncryptionWhereItIsRequired() throws Exception {
        new Certificates(directory).make("other", "-ext", "san=dns:of.another.name");
        String[] tls = {
            "tls.server.mode=ENFORCING", "tls.server.certPath=" + directory.resolve("other.pem"),
            "tls.server.keyPath=" + directory.resolve("other.key")};
        try (NameServerProcess alone = nameServer();
                TestBroker first = broker("first", "127.0.0.1:" + alone.port(), tls);
                TestBroker second = broker("second", "127.0.0.1:" + alone.port(), tls)) {
            ManagedChannel atFirst = encrypted(first);
            ManagedChannel atSecond = encrypted(second);
            String handle = calls(atSecond).sendMessage(SendMessageRequest.newBuilder().addMessages(later("later")).build())
                    .getEntries(0).getRecallHandle();
            RecallMessageRequest recall =
                    RecallMessageRequest.newBuilder().setTopic(topic("Work")).setRecallHandle(handle).build();
            await().until(() -> calls(atFirst).recallMessage(recall).getStatus().getCode() == Code.OK);
            assertEquals(Code.MESSAGE_NOT_FOUND, calls(atSecond).recallMessage(recall).getStatus().getCode());
            atFirst.shutdownNow();
            atSecond.shutdownNow();
        }
    }

    private static MessagingServiceGrpc.MessagingServiceBlockingStub calls(ManagedChannel channel) {
        return MessagingServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS);
    }

    private static ManagedChannel encrypted(TestBroker broker) throws IOException {
        return NettyChannelBuilder.forAddress("127.0.0.1", broker.server().grpcPort()).sslContext(
                GrpcSslContexts.forClient().trustManager(InsecureTrustManagerFactory.INSTANCE).build()).build();
    }

    private NameServerProcess nameServer() throws IOException {
        return NameServerProcess.start(ConfigLoader.load(new ConfigSources(
                ConfigSources.Role.NAME_SERVER, List.of(), null, null, Map.of(),
                List.of("listenPort=0", "storePathRootDir=" + directory.resolve("nameserver")), "host")));
    }

    private Users users(String name, int nameServer) {
        return Users.start(
                directory.resolve(name), "brokerName=" + name, "nameserver.enabled=false",
                "namesrvAddr=127.0.0.1:" + nameServer);
    }
}
