package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import apache.rocketmq.v2.Message;
import apache.rocketmq.v2.Resource;
import apache.rocketmq.v2.SendMessageRequest;
import apache.rocketmq.v2.SystemProperties;
import com.google.protobuf.ByteString;
import io.posthorse.codec.rocketmq.Frame;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.activemq.command.ActiveMQQueue;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.DestinationInfo;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The share of a user in the topics and groups that may exist, whichever protocol creates them. */
@Timeout(60)
class CreationsTest {
    private static final int PART = 10;

    @TempDir
    private Path directory;

    private Users users;
    private RawClient greedy;
    private RawClient other;
    private final List<RawJms> listeners = new ArrayList<>();

    @BeforeEach
    void start() {
        users = Users.start(
                directory, "topics.max=100", "groups.max=100", "queues.per.topic.max=65536", "share.user=" + PART);
        for (String name : new String[] {"greedy", "other"}) {
            users.user(name, "Topic:* Pub,Sub Allow", "Group:* Sub Allow");
        }
        greedy = users.client("greedy");
        other = users.client("other");
    }

    @AfterEach
    void stop() {
        listeners.forEach(RawJms::close);
        users.close();
    }

    private static Frame send(RawClient client, String topic) {
        return client.ask(SEND_SHORT, shortSend(topic, 0, ""), text("x"));
    }

    private void makeAll() {
        for (int i = 0; i < PART; i++) {
            assertEquals(0, send(greedy, "G" + i).code());
        }
    }

    private static void assertShare(Frame refused) {
        assertShare(refused, "the user's share is used up");
    }

    private static void assertShare(Frame refused, String what) {
        assertNotEquals(0, refused.code(), what);
        assertTrue(refused.remark().contains("share.user"), refused.remark());
    }

    @Test
    void secT29TopicsOfFirstMessagesHaveAShare() {
        makeAll();
        assertShare(send(greedy, "G-more"));
        assertEquals(0, send(greedy, "G1").code(), "an existing topic accepts messages");
        assertEquals(0, send(other, "O").code());
        assertEquals(0, users.root().ask(215, Map.of("topic", "G3")).code());
        assertEquals(0, send(greedy, "G-more").code(), "one was deleted");
        assertShare(send(greedy, "G-again"));
    }

    @Test
    void secT29TopicsOfJmsAndGrpcClientsAreCountedTogether() throws IOException {
        makeAll();
        try (RawJms jms = RawJms.in(users.broker(), "ID:g-1:1", "greedy", Users.secret("greedy"));
                RawJms others = RawJms.in(users.broker(), "ID:o-1:1", "other", Users.secret("other"))) {
            ExceptionResponse refused = (ExceptionResponse) produce(jms, "ID:g-1:1");
            assertTrue(refused.getException().getMessage().contains("share.user"), refused.getException()::getMessage);
            assertEquals(Response.class, produce(others, "ID:o-1:1").getClass());
        }
        try (GrpcUser grpc = GrpcUser.connect(users.broker()).as("greedy", Users.secret("greedy"))) {
            String why = grpc.calls().sendMessage(message("Grpc")).getStatus().getMessage();
            assertTrue(why.contains("share.user"), why);
        }
        try (GrpcUser grpc = GrpcUser.connect(users.broker()).as("other", Users.secret("other"))) {
            assertEquals("OK", grpc.calls().sendMessage(message("Grpc")).getStatus().getMessage());
        }
    }

    private static Response produce(RawJms client, String connection) {
        ProducerInfo producer = new ProducerInfo(new ProducerId(RawJms.session(connection), 1));
        producer.setDestination(new ActiveMQQueue("queue." + connection.charAt(3)));
        return client.ask(producer);
    }

    private static SendMessageRequest message(String topic) {
        return SendMessageRequest.newBuilder()
                .addMessages(Message.newBuilder()
                        .setTopic(Resource.newBuilder().setName(topic))
                        .setBody(ByteString.copyFromUtf8("x"))
                        .setSystemProperties(SystemProperties.newBuilder().setMessageId("01")))
                .build();
    }

    @Test
    void secT29PendingAdvisoriesOfTemporaryDestinationsHaveAShare() {
        try (RawJms jms = RawJms.in(users.broker(), "ID:g-1:1", "greedy", Users.secret("greedy"));
                RawJms others = RawJms.in(users.broker(), "ID:o-1:1", "other", Users.secret("other"))) {
            for (int i = 0; i < 400; i++) {
                String id = "ID:l-" + i + ":1";
                ConsumerInfo info = new ConsumerInfo(new ConsumerId(RawJms.session(id), 1));
                info.setDestination(new ActiveMQTopic("ActiveMQ.Advisory.TempQueue,ActiveMQ.Advisory.TempTopic"));
                RawJms listener = RawJms.in(users.broker(), id, "other", Users.secret("other"));
                listeners.add(listener);
                assertEquals(Response.class, listener.ask(info).getClass());
            }
            Command[] all = new Command[4_000];
            for (int i = 0; i < all.length; i++) {
                all[i] = temporary("ID:g-1:1", i / 2, i % 2 == 0);
                all[i].setCommandId(i);
                all[i].setResponseRequired(true);
            }
            jms.send(all);
            while (!(jms.read() instanceof ExceptionResponse)) {
                // until so many are pending that further ones are refused
            }
            Command one = temporary("ID:o-1:1", 1, true);
            assertEquals(Response.class, others.ask(one).getClass(), "a user who creates few does not wait");
        }
    }

    private static Command temporary(String connection, int number, boolean isMade) {
        ConnectionId id = new ConnectionId(connection);
        return new DestinationInfo(
                id, isMade ? DestinationInfo.ADD_OPERATION_TYPE : DestinationInfo.REMOVE_OPERATION_TYPE,
                new ActiveMQTempQueue(id, number));
    }

    @Test
    void secT29GroupsOfHeartbeatsHaveAShare() {
        for (int i = 0; i < PART; i++) {
            assertEquals(0, beat(greedy, "G" + i).code());
            assertTrue(exists("G" + i));
        }
        beat(greedy, "G-more");
        assertTrue(!exists("G-more"));
        assertShare(send(greedy, "T-more"), "the groups' retry topics count too");
        assertEquals(0, send(other, "T-other").code());
        beat(other, "O");
        assertTrue(exists("O"));
        assertEquals(0, users.root().ask(207, Map.of("groupName", "G3")).code());
        beat(greedy, "G-more");
        assertTrue(exists("G-more"));
    }

    @Test
    void secT29QueuesOfTopicsHaveAShare() {
        users.user("maker", "Topic:* Create,Update Allow");
        RawClient maker = users.client("maker");
        int all = (int) Math.max(20_000, Runtime.getRuntime().maxMemory() / 2 / 1_024); // as many as the heap allows
        int queues = all * PART / 100 / 4;
        for (int i = 0; i < 3; i++) {
            assertEquals(0, make(maker, "M" + i, queues).code());
        }
        assertShare(make(maker, "M-more", queues + 4));
        assertShare(make(maker, "M1", 2 * queues + 4));
        assertEquals(0, make(maker, "M1", queues).code());
        assertEquals(0, make(users.root(), "R", queues).code());
        assertEquals(0, make(users.root(), "M1", queues + 4).code(), "that counts for root");
        assertEquals(0, users.root().ask(215, Map.of("topic", "M1")).code());
        assertEquals(0, make(maker, "M-more", queues + 4).code());
        assertShare(make(maker, "M-again", queues));
    }

    private static Frame make(RawClient client, String topic, int queues) {
        return client.ask(17, Map.of("topic", topic, "readQueueNums", Integer.toString(queues), "writeQueueNums",
                Integer.toString(queues), "perm", "6"));
    }

    private static Frame beat(RawClient client, String group) {
        return client.ask(34, Map.of(), heartbeat("c", group, "T", "*", 1));
    }

    private boolean exists(String group) {
        return new String(users.root().ask(201, Map.of()).body()).contains("\"groupName\":\"" + group + "\"");
    }
}
