package io.posthorse.nameserver;

import static io.posthorse.nameserver.Requests.jsonBody;
import static io.posthorse.nameserver.Requests.register;
import static io.posthorse.nameserver.Requests.request;
import static io.posthorse.nameserver.Requests.with;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RegistrationTest {
    private static final NameServerLimits LIMITS = new NameServerLimits(3, 2, 4, 6, 2, 1_000, 255, 20, 4_096);
    private final FakePeer client = new FakePeer("127.0.0.1", 1);
    private final FakePeer remote = new FakePeer("127.0.0.1", 2);
    private final FakeBroker broker = new FakeBroker("local", 10_911);
    private long nowMs = 1_000_000;
    private final NameServer server =
            new NameServer(() -> nowMs, List.of(broker), KvStore.NONE, Map.of(), LIMITS);

    @Test
    void registrationExpiresUnlessRenewed() {
        server.handle(remote, register("b", 0, "r:1", "T"));
        nowMs += 119_000;
        assertEquals(0, routeCode("T"));
        server.handle(remote, register("b", 0, "r:1", "T"));
        nowMs += 119_999;
        assertEquals(0, routeCode("T"));
        nowMs += 5_001;
        assertEquals(17, routeCode("T"));
    }

    @Test
    void topicIsDroppedOnceItsBrokerNamesItAsGone() {
        server.handle(remote, register("b", 0, "r:1", "T", "U"));
        server.handle(remote, register("b", 0, "r:1", "U"));
        assertEquals(0, routeCode("T"), "topics that a registration does not name are kept");
        byte[] gone = ("{\"topicConfigSerializeWrapper\":{\"goneTopics\":[\"T\",7,\"Nobodys\"],\"topicConfigTable\":{}}}")
                .getBytes(StandardCharsets.UTF_8);
        Frame change = request(
                103, gone, "brokerName", "b", "brokerAddr", "r:1", "clusterName", "c", "haServerAddr", "", "brokerId", "0");
        assertEquals(0, server.handle(remote, change).code());
        assertEquals(17, routeCode("T"));
        assertEquals(0, routeCode("U"));
    }

    @Test
    void aSlaveOfTheProcessesOwnBrokerIsPartOfItsRoutes() {
        broker.topics.put("T", new TopicRoute(1, 1, 6, 0));
        Frame answer = server.handle(remote, register("local", 1, "r:1", "T"));
        assertEquals(0, answer.code(), answer.remark());
        assertEquals("127.0.0.1:10911", answer.field("masterAddr"));
        String route = new String(server.handle(client, request(105, new byte[0], "topic", "T")).body());
        assertTrue(route.contains("\"1\":\"r:1\"") && route.contains(":10911"), route);
        assertEquals(route.indexOf("brokerAddrs"), route.lastIndexOf("brokerAddrs"), "one broker: " + route);
        server.closed(remote);
        assertTrue(!new String(server.handle(client, request(105, new byte[0], "topic", "T")).body()).contains("r:1"));
    }

    @Test
    void registrationTimeoutCanBeChosen() {
        server.handle(remote, with(register("b", 0, "r:1", "T"), "heartbeatTimeoutMillis", "10000"));
        nowMs += 9_999;
        assertEquals(0, routeCode("T"));
        nowMs += 5_001;
        server.tick();
        assertEquals(17, routeCode("T"));
        server.handle(remote, with(register("b", 0, "r:1", "T"), "heartbeatTimeoutMillis", "9999999999"));
        nowMs += 605_001;
        assertEquals(17, routeCode("T"));
    }

    @Test
    void closingAConnectionDropsItsRegistrations() {
        server.handle(remote, register("b", 0, "r:1", "T"));
        server.closed(client);
        assertEquals(0, routeCode("T"));
        server.closed(remote);
        assertEquals(17, routeCode("T"));
    }

    @Test
    void closingAnOldConnectionKeepsTheRenewedRegistration() {
        FakePeer again = new FakePeer("127.0.0.1", 3);
        server.handle(remote, register("b", 0, "r:1", "T"));
        server.handle(again, register("b", 0, "r:1", "T"));
        server.closed(remote);
        assertEquals(0, routeCode("T"));
    }

    @Test
    void brokersCanUnregister() {
        server.handle(remote, register("b", 0, "r:1", "T"));
        server.handle(remote, register("b", 1, "r:2", "T"));
        Frame first = request(104, "brokerName", "b", "brokerAddr", "r:1", "clusterName", "c", "brokerId", "0");
        assertEquals(0, server.handle(remote, first).code());
        assertEquals(0, routeCode("T"));
        assertEquals(0, server.handle(remote, with(with(first, "brokerId", "1"), "brokerAddr", "r:2")).code());
        assertEquals(17, routeCode("T"));
        assertEquals(0, server.handle(remote, first).code());
    }

    @Test
    void aBrokerThatLeavesDoesNotUnregisterItsSuccessor() {
        FakePeer successor = new FakePeer("127.0.0.1", 3);
        server.handle(remote, register("b", 0, "r:1", "T"));
        server.handle(successor, register("b", 0, "r:2", "T"));
        Frame late = request(104, "brokerName", "b", "brokerAddr", "r:1", "clusterName", "c", "brokerId", "0");
        assertEquals(0, server.handle(remote, late).code());
        assertEquals(0, routeCode("T"));
    }

    @Test
    void mastersRegistrationsAddTopics() {
        server.handle(remote, register("b", 1, "r:2", "Slave"));
        assertEquals(17, routeCode("Slave"));
        server.handle(remote, register("b", 0, "r:1", "T"));
        server.handle(remote, register("b", 0, "r:1", "U"));
        assertEquals(List.of(0, 0), List.of(routeCode("T"), routeCode("U")));
        server.handle(remote, with(register("a", 1, "r:3", "V"), "enableActingMaster", "true"));
        assertEquals(0, routeCode("V"));
    }

    @Test
    void slaveGetsItsMastersAddress() {
        server.handle(remote, register("b", 0, "r:1"));

        Frame slave = server.handle(remote, register("b", 1, "r:2"));

        assertEquals(Map.of("haServerAddr", "ha:0", "masterAddr", "r:1"), slave.fields());
        assertEquals(0, slave.body().length);
    }

    @Test
    void anAddressHasOnlyOneId() {
        server.handle(remote, register("b", 1, "r:1", "T"));
        server.handle(remote, register("b", 0, "r:1", "T"));

        String route = new String(server.handle(client, request(105, "topic", "T")).body(), StandardCharsets.UTF_8);
        assertTrue(route.contains("\"brokerAddrs\":{\"0\":\"r:1\"}"), route);
    }

    @Test
    void deflatedBodyIsReadAndItsCrcVerified() {
        byte[] body = Requests.deflatedBody("T", "U");
        Frame registration = with(withBody(register("b", 0, "r:1"), body), "compressed", "true");

        Frame good = with(registration, "bodyCrc32", Long.toString(Requests.crc(body)));
        Frame bad = with(registration, "bodyCrc32", Long.toString(Requests.crc(body) + 1));

        assertThrows(MalformedFrameException.class, () -> server.handle(remote, bad));
        assertEquals(0, server.handle(remote, good).code());
        assertEquals(List.of(0, 0), List.of(routeCode("T"), routeCode("U")));
    }

    @Test
    void damagedBodiesCauseOnlyMalformedFrameException() {
        byte[] plain = Requests.binaryBody("T", "U");
        byte[] deflated = Requests.deflatedBody("T", "U");
        for (int length = 1; length < plain.length; length++) {
            registerSafely(Requests.deflate(Arrays.copyOf(plain, length)), true);
        }
        for (int length = 1; length < deflated.length; length++) {
            registerSafely(Arrays.copyOf(deflated, length), true);
        }
        Random random = new Random(5);
        for (int i = 0; i < 2_000; i++) {
            byte[] flipped = plain.clone();
            flipped[random.nextInt(flipped.length)] = (byte) random.nextInt();
            registerSafely(Requests.deflate(flipped), true);
            byte[] text = Requests.jsonBody("T");
            text[random.nextInt(text.length)] = (byte) random.nextInt();
            registerSafely(text, false);
        }
    }

    private void registerSafely(byte[] body, boolean compressed) {
        Frame registration = withBody(register("b", 0, "r:1"), body);
        try {
            server.handle(remote, with(registration, "compressed", Boolean.toString(compressed)));
        } catch (MalformedFrameException expected) {
            // the only exception that is allowed
        }
        server.closed(remote);
    }

    @Test
    void decompressionBombIsNotInflated() {
        Frame bomb = withBody(register("b", 0, "r:1"), Requests.deflate(new byte[10_000_000]));

        MalformedFrameException refusal = assertThrows(
                MalformedFrameException.class, () -> server.handle(remote, with(bomb, "compressed", "true")));
        assertTrue(refusal.getMessage().contains("inflates to more than 4096"));
    }

    @Test
    void brokerAtItsLimitCanReplaceATopicAndASlavesTopicsDoNotCount() {
        assertEquals(0, server.handle(remote, register("b", 0, "r:1", "A", "B", "C", "D")).code());
        assertEquals(0, server.handle(remote, register("b", 1, "r:2", "A", "E", "F", "G")).code(), "of a slave");
        byte[] replaced = new String(jsonBody("E"), StandardCharsets.UTF_8)
                .replace("\"topicConfigTable\"", "\"goneTopics\":[\"A\"],\"topicConfigTable\"")
                .getBytes(StandardCharsets.UTF_8);
        Frame replacing = request(103, replaced, "brokerName", "b", "brokerAddr", "r:1", "clusterName", "c", "haServerAddr",
                "", "brokerId", "0");
        assertEquals(0, server.handle(remote, replacing).code());
        assertEquals(0, routeCode("E"));
        assertNotEquals(0, routeCode("A"));
        assertNotEquals(0, server.handle(remote, register("b", 0, "r:1", "H")).code(), "one more is too many");
    }

    @Test
    void limitsAreEnforced() {
        assertThrows(
                MalformedFrameException.class,
                () -> server.handle(remote, register("b", 0, "r:1", "1", "2", "3", "4", "5")));
        assertEquals(0, registerCode("b", 0, "1", "2", "3", "4"));
        assertEquals(1, registerCode("b", 0, "5"));
        assertEquals(0, registerCode("c", 0, "1", "2"));
        assertEquals(1, registerCode("d", 0, "1"));
        assertEquals(0, registerCode("d", 0));
        assertEquals(1, registerCode("e", 0));
        assertEquals(0, registerCode("b", 1));
        assertEquals(1, registerCode("b", 2));
        Frame longName = register("n".repeat(256), 0, "r:1");
        assertThrows(MalformedFrameException.class, () -> server.handle(remote, longName));
        Frame noName = register("", 0, "r:1");
        assertThrows(MalformedFrameException.class, () -> server.handle(remote, noName));
        Frame negative = register("b", -1, "r:1");
        assertThrows(MalformedFrameException.class, () -> server.handle(remote, negative));
        server.closed(remote);
        assertEquals(0, registerCode("e", 0, "1", "2", "3", "4"));
    }

    private int registerCode(String name, long id, String... topics) {
        return server.handle(remote, register(name, id, name + id + ":1", topics)).code();
    }

    @Test
    void remoteBrokerCannotTakeTheLocalBrokersName() {
        Frame refused = server.handle(remote, register("local", 0, "r:1"));

        assertEquals(1, refused.code());
        assertTrue(refused.remark().contains("another brokerName"));
    }

    @Test
    void brokerCanAskWhetherItsTopicsChanged() {
        byte[] same = "{\"counter\":3,\"stateVersion\":0,\"timestamp\":9}".getBytes(StandardCharsets.UTF_8);
        byte[] newer = "{\"counter\":4,\"timestamp\":9}".getBytes(StandardCharsets.UTF_8);

        assertEquals("true", server.handle(remote, request(322, same, "brokerName", "b")).field("changed"));
        server.handle(remote, register("b", 0, "r:1", "T"));
        assertEquals("true", server.handle(remote, request(322, newer, "brokerName", "b")).field("changed"));
        Frame unchanged = server.handle(remote, request(322, same, "brokerName", "b"));
        assertEquals("false", unchanged.field("changed"));
        assertArrayEquals(same, unchanged.body());
    }

    private int routeCode(String topic) {
        return server.handle(client, request(105, "topic", topic)).code();
    }

    private static Frame withBody(Frame request, byte[] body) {
        return new Frame(request.code(), 0, 513, 1, 0, null, request.fields(), body, false);
    }
}
