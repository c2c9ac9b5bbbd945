package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** RocketMQ consumers at nodes that follow, with slaveReadEnable. */
class FollowerReadsTest {
    private static final String TOPIC = "TBW102";
    private static final byte[] NO_BODY = {};
    private static final int ROUTE = 105;
    private static final int QUERY_OFFSET = 14;
    private static final int COMMIT_OFFSET = 15;
    /** Consumers, locks, assignments, settings, expired messages. */
    private static final List<Integer> LEADERS = List.of(38, 41, 400, 25, 329);
    private static final int HA_STATUS = 907;

    @TempDir
    Path directory;

    private ThreeNodes nodes(String... sets) {
        String[] all = new String[sets.length + 1];
        all[0] = "slaveReadEnable=true";
        System.arraycopy(sets, 0, all, 1, sets.length);
        return new ThreeNodes(directory, 26_540, all);
    }

    private static void send(ThreeNodes nodes, String at, byte[] body) {
        await().atMost(ThreeNodes.PATIENCE).ignoreException(UncheckedIOException.class).until(() -> {
            try (RawClient client = new RawClient(nodes.broker(at), false)) {
                return client.ask(TestBroker.SEND_SHORT, TestBroker.shortSend(TOPIC, 0, ""), body).code();
            }
        }, code -> code == 0);
    }

    /** Returns the port at which a node serves consumers itself. */
    private static int readsAt(ThreeNodes nodes, String node) {
        return node.equals(nodes.leader()) ? nodes.broker(node) : nodes.reads(node);
    }

    private static Frame pull(RawClient at, long offset, long suspendMs) {
        return at.ask(TestBroker.PULL, TestBroker.pull("Readers", TOPIC, 0, offset, "*", suspendMs), NO_BODY);
    }

    /** Has the group exist everywhere: only the leader creates it. */
    private static void createGroup(ThreeNodes nodes) {
        try (RawClient client = new RawClient(nodes.broker(nodes.leader()), false)) {
            pull(client, 0, 0);
        }
        for (String node : nodes.followers()) {
            await().atMost(ThreeNodes.PATIENCE).ignoreException(UncheckedIOException.class).until(() -> {
                try (RawClient client = new RawClient(nodes.reads(node), false)) {
                    return pull(client, 0, 0).code();
                }
            }, code -> code == 0 || code == 19);
        }
    }

    private static List<String> bodies(int at) {
        List<String> bodies = new ArrayList<>();
        try (RawClient client = new RawClient(at, false)) {
            for (Frame answer = pull(client, 0, 0); answer.code() == 0; answer = pull(client, bodies.size(), 0)) {
                Stored.all(answer.body()).forEach(one -> bodies.add(new String(one.body(), StandardCharsets.UTF_8)));
            }
        }
        return bodies;
    }

    private static String route(ThreeNodes nodes, String node) {
        try (RawClient client = new RawClient(nodes.nameServer(node), false)) {
            byte[] body = client.ask(ROUTE, Map.of("topic", TOPIC)).body();
            return body == null ? "" : new String(body, StandardCharsets.UTF_8);
        }
    }

    private static void awaitRoutes(ThreeNodes nodes) {
        String leads = nodes.leader();
        for (String node : nodes.running.keySet()) {
            await().atMost(ThreeNodes.PATIENCE).untilAsserted(() -> {
                String shown = route(nodes, node).replace("\"", "");
                for (String each : nodes.running.keySet()) {
                    boolean isLeader = each.equals(leads);
                    String shownAs = isLeader ? "0:127.0.0.1:" + nodes.broker(each)
                            : FollowerReads.id(each) + ":127.0.0.1:" + nodes.reads(each);
                    assertTrue(shown.contains(shownAs), shown);
                }
            });
        }
    }

    @Test
    void aFollowerServesConsumersAndLeavesTheRestToTheLeader() throws Exception {
        try (ThreeNodes nodes = nodes().start()) {
            String leads = nodes.leader();
            createGroup(nodes);
            awaitRoutes(nodes);
            for (int i = 0; i < 20; i++) {
                send(nodes, leads, TestBroker.text("message " + i));
            }
            List<String> all = bodies(nodes.broker(leads));
            for (String follower : nodes.followers()) {
                await().atMost(ThreeNodes.PATIENCE).untilAsserted(() -> assertEquals(all, bodies(nodes.reads(follower))));
                try (RawClient client = new RawClient(nodes.reads(follower), false)) {
                    Frame refused = client.ask(
                            TestBroker.SEND_SHORT, TestBroker.shortSend(TOPIC, 0, ""), TestBroker.text("x"));
                    assertEquals(14, refused.code(), refused.remark());
                    Map<String, String> offset = Map.of("consumerGroup", "Readers", "topic", TOPIC, "queueId", "0",
                            "commitOffset", "7");
                    assertEquals(14, client.ask(COMMIT_OFFSET, offset).code());
                    String status = new String(client.ask(HA_STATUS, Map.of()).body(), StandardCharsets.UTF_8);
                    assertTrue(status.contains("\"masterAddr\":\"" + leads + "\""), status);
                }
            }
            try (RawClient client = new RawClient(nodes.broker(leads), false)) {
                assertEquals(0, client.ask(COMMIT_OFFSET, Map.of("consumerGroup", "Readers", "topic", TOPIC, "queueId", "0",
                        "commitOffset", "7")).code());
            }
            Map<String, String> query = Map.of("consumerGroup", "Readers", "topic", TOPIC, "queueId", "0");
            try (RawClient client = new RawClient(nodes.broker(leads), false)) {
                assertEquals(7, client.ask(QUERY_OFFSET, query).number("offset", -1));
            }
            for (String follower : nodes.followers()) { // it may not have the latest, and consumers would begin there
                try (RawClient client = new RawClient(nodes.reads(follower), false)) {
                    for (int code : LEADERS) {
                        assertEquals(14, client.ask(code, Map.of("consumerGroup", "Readers")).code(), "code " + code);
                    }
                    assertThrows(UncheckedIOException.class, () -> client.ask(QUERY_OFFSET, query));
                }
            }
            assertEquals(List.of(), nodes.failures);
        }
    }

    @Test
    void aPullWaitsAtAFollowerForWhatItDoesNotHaveYet() throws Exception {
        try (ThreeNodes nodes = nodes().start()) {
            createGroup(nodes);
            String leads = nodes.leader();
            try (RawClient client = new RawClient(nodes.reads(nodes.followers().getFirst()), false)) {
                Frame ahead = pull(client, 5, 0);
                assertEquals(19, ahead.code(), "an offset that is only known elsewhere is not taken back");
                assertEquals(5, ahead.number("nextBeginOffset", -1));
                CompletableFuture<Frame> waiting = CompletableFuture.supplyAsync(() -> pull(client, 5, 15_000));
                for (int i = 0; i < 6; i++) {
                    send(nodes, leads, TestBroker.text("message " + i));
                }
                Frame answer = waiting.get();
                assertEquals(0, answer.code(), answer.remark());
                assertEquals(
                        "message 5", new String(Stored.all(answer.body()).getFirst().body(), StandardCharsets.UTF_8));
            }
        }
    }

    @Test
    void aConsumerFarBehindIsSentToAFollowerAndBack() throws Exception {
        try (ThreeNodes nodes = nodes("read.hot.bytes=1048576").start()) {
            createGroup(nodes);
            String leads = nodes.leader();
            for (int i = 0; i < 12; i++) {
                send(nodes, leads, new byte[200_000]);
            }
            long suggested;
            try (RawClient client = new RawClient(nodes.broker(leads), false)) {
                suggested = await().atMost(ThreeNodes.PATIENCE)
                        .until(() -> pull(client, 0, 0).number("suggestWhichBrokerId", -1), id -> id > 0);
                assertEquals(0, pull(client, 11, 0).number("suggestWhichBrokerId", -1));
            }
            long id = suggested;
            String follower = nodes.followers().stream()
                    .filter(one -> FollowerReads.id(one) == id).findFirst().orElseThrow();
            try (RawClient client = new RawClient(nodes.reads(follower), false)) {
                await().atMost(ThreeNodes.PATIENCE).until(() -> pull(client, 11, 0).code() == 0);
                Frame old = pull(client, 0, 0);
                assertEquals(0, old.code(), old.remark());
                assertEquals(suggested, old.number("suggestWhichBrokerId", -1));
                assertEquals(0, pull(client, 11, 0).number("suggestWhichBrokerId", -1));
            }
        }
    }

    @Test
    void nodesChangeTheirPartsWithLeadership() throws Exception {
        try (ThreeNodes nodes = nodes().start()) {
            createGroup(nodes);
            String first = nodes.leader();
            send(nodes, first, TestBroker.text("before"));
            String next = nodes.followers().getFirst();
            try (RawClient reader = new RawClient(nodes.reads(next), false)) {
                await().atMost(ThreeNodes.PATIENCE).until(() -> pull(reader, 0, 0).code() == 0);
                nodes.transfer(first, next);
                assertThrows(UncheckedIOException.class, () -> pull(reader, 0, 0), "its connections have ended");
            }
            send(nodes, first, TestBroker.text("after")); // its port passes on what clients with an old route send
            awaitRoutes(nodes);
            List<String> all = List.of("before", "after");
            for (String node : ThreeNodes.NAMES) {
                await().atMost(ThreeNodes.PATIENCE).ignoreException(UncheckedIOException.class)
                        .untilAsserted(() -> assertEquals(all, bodies(readsAt(nodes, node))));
            }
            nodes.stop(next);
            String third = nodes.leader();
            nodes.stop(third);
            String last = nodes.running.keySet().iterator().next();
            await().atMost(ThreeNodes.PATIENCE).ignoreException(UncheckedIOException.class)
                    .untilAsserted(() -> assertEquals(all, bodies(nodes.reads(last)), "without a majority"));
            assertEquals(List.of(), nodes.failures);
        }
    }

    @Test
    void aPortThatIsTakenEndsTheStart() throws Exception {
        ThreeNodes nodes = nodes();
        try (ServerSocket taken = new ServerSocket(nodes.reads("a"), 1, InetAddress.getLoopbackAddress())) {
            assertEquals(nodes.reads("a"), taken.getLocalPort());
            IOException refusal = assertThrows(
                    IOException.class, () -> ClusterNode.start(nodes.config("a"), nodes.failures::add));
            assertTrue(refusal.getMessage().contains("another process listens there"), refusal.getMessage());
        }
    }
}
