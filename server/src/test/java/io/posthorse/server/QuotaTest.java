package io.posthorse.server;

import static io.posthorse.server.TestBroker.SEND_SHORT;
import static io.posthorse.server.TestBroker.heartbeat;
import static io.posthorse.server.TestBroker.shortSend;
import static io.posthorse.server.TestBroker.text;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.BrokerId;
import org.apache.activemq.command.BrokerInfo;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.ConsumerInfo;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.ProducerInfo;
import org.apache.activemq.command.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Resources that clients could create without end have limits, and other clients are not affected. */
class QuotaTest {
    @TempDir
    Path directory;

    @Test
    void secT23TopicsGroupsAndQueuesHaveALimit() {
        try (TestBroker broker = TestBroker.start(
                directory, "topics.max=40", "groups.max=20", "queues.per.topic.max=16")) {
            RawClient client = broker.client();
            broker.sent("First", 0, "", "x");
            List<String> made = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                if (client.ask(SEND_SHORT, shortSend("Topic" + i, 0, ""), text("x")).code() == 0) {
                    made.add("Topic" + i);
                }
                client.ask(34, Map.of(), heartbeat("c" + i, "Group" + i, "First", "*", 1));
            }
            assertTrue(!made.isEmpty() && made.size() < 40, made::toString);
            String topics = new String(client.ask(206, Map.of()).body());
            assertTrue(topics.split("\",\"").length <= 40, topics);
            String groups = new String(client.ask(201, Map.of()).body());
            assertTrue(groups.split("\"groupName\"").length - 1 <= 20, groups);
            assertNotEquals(0, client.ask(17, Map.of("topic", "First", "readQueueNums", "17", "writeQueueNums", "17",
                    "perm", "6")).code());
            assertEquals(0, client.ask(SEND_SHORT, shortSend(made.getLast(), 0, ""), text("x")).code());
            broker.sent("First", 0, "", "x");
        }
    }

    /** 100 strangers begin requests of 1 MiB each: those beyond 32 MiB in total are closed, and users continue. */
    @Test
    void secT10RequestsOfStrangersDoNotFillTheMemory() {
        try (Users users = Users.start(directory)) {
            users.user("pub", "Topic:T Pub Allow");
            byte[] begun = ByteBuffer.allocate(1 << 20).putInt(4 << 20).putInt(100).array();
            List<RawClient> strangers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                RawClient stranger = users.broker().client();
                strangers.add(stranger);
                try {
                    stranger.write(begun);
                } catch (RuntimeException | AssertionError e) {
                    // already closed
                }
            }
            await().until(() -> strangers.stream().filter(s -> s.isClosedByPeer(1)).count() >= 100 - 32);
            RawClient pub = users.client("pub");
            assertEquals(0, pub.ask(SEND_SHORT, shortSend("T", 0, ""), text("x")).code());
            assertEquals(0, pub.ask(SEND_SHORT, shortSend("T", 0, ""), new byte[3 << 20]).code(), "after a signature");
            strangers.forEach(RawClient::close);
            await().until(() -> users.client("pub").ask(SEND_SHORT, shortSend("T", 0, ""), new byte[3 << 20]).code() == 0);
        }
    }

    private static String queues(int count, String topic) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            all.append(i == 0 ? "" : ",").append("{\"topic\":\"").append(topic).append("\",\"queueId\":").append(i)
                    .append('}');
        }
        return all.toString();
    }

    private static int locked(RawClient client, String group, String queues) {
        String body = "{\"consumerGroup\":\"" + group + "\",\"clientId\":\"c\",\"mqSet\":[" + queues + "]}";
        return new String(client.ask(41, Map.of(), text(body)).body()).split("\"queueId\"").length - 1;
    }

    @Test
    void secT29AUserHasAShareOfTheLocksAndInventedQueuesHaveNone() {
        try (Users users = Users.start(directory, "share.user=1")) {
            users.user("greedy", "Topic:* Sub Allow", "Group:* Sub Allow");
            users.user("other", "Topic:* Sub Allow", "Group:* Sub Allow");
            RawClient root = users.root();
            assertEquals(0, root.ask(17, Map.of("topic", "Wide", "readQueueNums", "800", "writeQueueNums", "800",
                    "perm", "6")).code());
            RawClient greedy = users.client("greedy");

            assertEquals(0, locked(greedy, "G0", queues(800, "Invented")));
            assertEquals(0, locked(greedy, "G0", "{\"topic\":\"Wide\",\"queueId\":801}"));
            assertEquals(800, locked(greedy, "G0", queues(800, "Wide")));
            assertEquals(200, locked(greedy, "G1", queues(800, "Wide")), "1 % of 100,000");
            assertEquals(800, locked(users.client("other"), "G2", queues(800, "Wide")));
        }
    }

    @Test
    void secT29AUserHasAShareOfTheConnections() {
        try (Users users = Users.start(directory, "share.user=1", "connections.max=300")) {
            users.user("greedy", "Topic:T Pub Allow").user("other", "Topic:T Pub Allow");
            for (int i = 0; i < 3; i++) {
                assertEquals(0, users.client("greedy").ask(SEND_SHORT, shortSend("T", 0, ""), text("x")).code());
            }
            Frame fourth = users.client("greedy").ask(SEND_SHORT, shortSend("T", 0, ""), text("x"));
            assertTrue(fourth.remark().contains("share.user"), fourth.remark());
            assertEquals(0, users.client("other").ask(SEND_SHORT, shortSend("T", 0, ""), text("x")).code());
        }
    }

    @Test
    void secT29OneRequestSettlesALimitedNumberOfMessages() {
        try (TestBroker broker = TestBroker.start(directory)) {
            broker.sent("T", 0, "", "x");
            RawClient client = broker.client();
            client.ask(34, Map.of(), heartbeat("c", "G", "T", "*", 1));
            byte[] bits = new byte[513];
            Arrays.fill(bits, (byte) -1);
            String ack = "{\"c\":\"G\",\"t\":\"T\",\"q\":0,\"so\":0,\"pt\":1,\"b\":\"%s\"}";
            String tooMany = ack.formatted(Base64.getEncoder().encodeToString(bits));
            String most = ack.formatted(Base64.getEncoder().encodeToString(Arrays.copyOf(bits, 512)));

            Frame refused = client.ask(200151, Map.of(), text("{\"acks\":[" + tooMany + "]}"));
            assertTrue(refused.code() != 0 && refused.remark().contains("4096"), refused.remark());
            assertEquals(0, client.ask(200151, Map.of(), text("{\"acks\":[" + most + "]}")).code());
        }
    }

    /** Opens producers until one is refused; returns the number of accepted ones. */
    private static int producers(RawJms client, String connection) {
        for (int i = 0; i < 5_000; i++) {
            Response answer = client.ask(new ProducerInfo(new ProducerId(RawJms.session(connection), i)));
            if (answer instanceof ExceptionResponse refused) {
                assertTrue(refused.getException().getMessage().contains("share.user"), refused.getException()::getMessage);
                return i;
            }
        }
        return 5_000;
    }

    @Test
    void secT29AUserHasAShareOfTheResourcesOfJmsClients() {
        try (Users users = Users.start(directory, "share.user=1")) {
            users.user("greedy").user("other");
            int share;
            try (RawJms greedy = RawJms.in(users.broker(), "ID:g-1:1", "greedy", Users.secret("greedy"))) {
                share = producers(greedy, "ID:g-1:1");
                assertTrue(share >= 10 && share < 5_000, share + " producers");
                try (RawJms second = RawJms.in(users.broker(), "ID:g-2:1", "greedy", Users.secret("greedy"))) {
                    assertEquals(0, producers(second, "ID:g-2:1"));
                }
                try (RawJms other = RawJms.in(users.broker(), "ID:o-1:1", "other", Users.secret("other"))) {
                    assertEquals(share, producers(other, "ID:o-1:1"));
                }
            }
            await().untilAsserted(() -> {
                try (RawJms again = RawJms.in(users.broker(), "ID:g-3:1", "greedy", Users.secret("greedy"))) {
                    assertEquals(share, producers(again, "ID:g-3:1"), "a closed connection releases its resources");
                }
            });
        }
    }

    @Test
    void secT29HeartbeatsHaveALimit() {
        try (TestBroker broker = TestBroker.start(directory)) {
            RawClient client = broker.client();
            String great = "{\"clientID\":\"" + "i".repeat(2_000) + "\",\"producerDataSet\":[],\"consumerDataSet\":[]}";
            assertNotEquals(0, client.ask(34, Map.of(), text(great)).code());
            String much = "{\"clientID\":\"c\",\"producerDataSet\":[],\"consumerDataSet\":[],\"x\":\"" + "x".repeat(1 << 20)
                    + "\"}";
            assertNotEquals(0, client.ask(34, Map.of(), text(much)).code());
            assertEquals(0, client.ask(34, Map.of(), heartbeat("c", "G", "T", "*", 1)).code());
        }
    }

    private static String refusal(RawJms client, String id, String user) {
        Response answer = client.ask(RawJms.login(id, id, user, Users.secret(user)));
        return answer instanceof ExceptionResponse refused ? refused.getException().getMessage() : "";
    }

    @Test
    void secT29ARefusedJmsLoginReleasesNoPlace() {
        try (Users users = Users.start(directory, "share.user=1", "connections.max=300")) {
            users.user("greedy").user("other");
            for (int i = 0; i < 3; i++) {
                RawJms.in(users.broker(), "ID:g-" + i + ":1", "greedy", Users.secret("greedy"));
            }
            for (int i = 3; i < 8; i++) {
                try (RawJms more = RawJms.greeted(users.broker())) {
                    String id = "ID:g-" + i + ":1";
                    assertTrue(refusal(more, id, "greedy").contains("share.user"));
                    assertTrue(refusal(more, id, "greedy").contains("share.user"), "repeated");
                }
            }
            assertEquals("", refusal(RawJms.greeted(users.broker()), "ID:o-1:1", "other"));
        }
    }

    @Test
    void secT29AllegedBrokersAreCounted() {
        try (Users users = Users.start(directory, "share.user=1", "connections.max=300")) {
            users.user("greedy");
            BrokerInfo broker = new BrokerInfo();
            broker.setBrokerId(new BrokerId("other"));
            broker.setBrokerName("other");
            assertInstanceOf(ExceptionResponse.class, RawJms.greeted(users.broker()).ask(broker));
            for (int i = 0; i < 3; i++) {
                RawJms one = RawJms.greeted(users.broker());
                assertFalse(one.ask(broker) instanceof ExceptionResponse, "it was refused before");
                assertEquals("", refusal(one, "ID:g-" + i + ":1", "greedy"));
            }
            assertTrue(refusal(RawJms.greeted(users.broker()), "ID:g-3:1", "greedy").contains("share.user"));
        }
    }

    private static ConsumerInfo advisories(String connection, int number, String topic) {
        ConsumerInfo info = new ConsumerInfo(new ConsumerId(RawJms.session(connection), number));
        info.setDestination(new ActiveMQTopic(topic));
        return info;
    }

    @Test
    void secT29AUserHasAShareOfTheListenersToAllAdvisories() {
        try (Users users = Users.start(directory, "share.user=1")) {
            users.user("greedy").user("other");
            try (RawJms greedy = RawJms.in(users.broker(), "ID:g-1:1", "greedy", Users.secret("greedy"));
                    RawJms other = RawJms.in(users.broker(), "ID:o-1:1", "other", Users.secret("other"))) {
                for (int i = 0; i < 10; i++) {
                    Response answer = greedy.ask(advisories("ID:g-1:1", i, "ActiveMQ.Advisory.>"));
                    assertFalse(answer instanceof ExceptionResponse);
                }
                ExceptionResponse refused =
                        (ExceptionResponse) greedy.ask(advisories("ID:g-1:1", 10, "ActiveMQ.Advisory.>"));
                assertTrue(refused.getException().getMessage().contains("share.user"));
                Response temporary = greedy.ask(advisories(
                        "ID:g-1:1", 11, "ActiveMQ.Advisory.TempQueue,ActiveMQ.Advisory.TempTopic"));
                assertFalse(temporary instanceof ExceptionResponse, "every client listens to these");
                Response others = other.ask(advisories("ID:o-1:1", 1, "ActiveMQ.Advisory.>"));
                assertFalse(others instanceof ExceptionResponse);
            }
        }
    }
}
