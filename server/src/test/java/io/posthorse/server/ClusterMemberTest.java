package io.posthorse.server;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.replication.Member;
import io.posthorse.replication.ratis.RatisGroup;
import io.posthorse.replication.ratis.RatisSettings;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes of a group in one process: one serves, and another one does when it is gone. */
class ClusterMemberTest {
    private static final UUID GROUP = new UUID(3, 4);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final int FIRST_PORT = 26_300;
    private static final long CHECKPOINT_BYTES = 256 << 10;

    @TempDir
    Path directory;

    private final List<Running> running = new ArrayList<>();
    private final List<Throwable> failures = new CopyOnWriteArrayList<>();

    /** A node that runs. */
    private record Running(String name, DiskFileStore files, ClusterMember member, RatisGroup group, FollowerPorts ports) {
        void stop() throws IOException {
            group.close();
            member.close();
            ports.close();
            files.close();
        }
    }

    private static List<Member> members() {
        return List.of(new Member("a", "127.0.0.1", FIRST_PORT), new Member("b", "127.0.0.1", FIRST_PORT + 1),
                new Member("c", "127.0.0.1", FIRST_PORT + 2));
    }

    private Running start(Member self) throws IOException {
        ServerConfig config = ConfigLoader.load(new ConfigSources(null, null, Map.of(), List.of(
                "listenPort=0", "nameserver.enabled=false", "grpc.enabled=false", "openwire.enabled=false",
                "storePathRootDir=" + directory.resolve(self.name()), "brokerName=cluster",
                "mappedFileSizeCommitLog=16777216"), "host"));
        DiskFileStore files = Server.openDirectory(config);
        FollowerPorts ports = new FollowerPorts(config, node -> {
            throw new IOException("no client comes");
        }, true);
        ClusterMember member = new ClusterMember(
                config, files, true, GROUP, self.name(), members(), CHECKPOINT_BYTES, ports, table -> { }, failures::add);
        RatisGroup group = RatisGroup.open(
                new RatisSettings(GROUP, self, members(), false, directory.resolve(self.name() + "-engine"), null,
                        new RatisSettings.Times(600, 900, 2_000, 2_000, 1_000),
                        new RatisSettings.Sizes(2 << 20, 64 << 10, 8, 1)),
                member, member.service(), Clock.system());
        member.join(group, group.peers());
        Running one = new Running(self.name(), files, member, group, ports);
        running.add(one);
        return one;
    }

    @AfterEach
    void stop() throws IOException {
        for (Running one : running) {
            one.stop();
        }
    }

    private Running serving() {
        return await().atMost(PATIENCE).until(
                () -> running.stream().filter(one -> one.member.isServing()).findFirst().orElse(null), one -> one != null);
    }

    private static void topic(Running at, String name) {
        try (RawClient client = new RawClient(at.member.node().brokerPort(), false)) {
            Frame answer = client.ask(17, Map.of(
                    "topic", name, "defaultTopic", "TBW102", "readQueueNums", "1", "writeQueueNums", "1", "perm", "6",
                    "topicFilterType", "SINGLE_TAG", "topicSysFlag", "0", "order", "false"));
            assertEquals(0, answer.code(), answer.remark());
        }
    }

    private static void send(Running at, String topic, int from, int count) {
        send(at, topic, from, count, 0);
    }

    private static void send(Running at, String topic, int from, int count, int more) {
        try (RawClient client = new RawClient(at.member.node().brokerPort(), false)) {
            for (int i = from; i < from + count; i++) {
                Frame answer = client.ask(TestBroker.SEND_SHORT, TestBroker.shortSend(topic, 0, ""),
                        TestBroker.text("message " + i + "x".repeat(more)));
                assertEquals(0, answer.code(), answer.remark());
                assertEquals(Integer.toString(i), answer.field("queueOffset"));
            }
        }
    }

    private static List<String> read(Running at, String topic, int count) {
        List<String> texts = new ArrayList<>();
        try (RawClient client = new RawClient(at.member.node().brokerPort(), false)) {
            while (texts.size() < count) {
                Frame answer = client.ask(TestBroker.PULL, TestBroker.pull("G", topic, 0, texts.size(), "*", 0));
                assertEquals(0, answer.code(), answer.remark());
                Stored.all(answer.body()).forEach(stored -> texts.add(stored.text()));
            }
        }
        return texts;
    }

    @Test
    void anotherNodeServesWhatTheLostOneHadAcknowledged() throws IOException {
        for (Member member : members()) {
            start(member);
        }
        Running first = serving();
        topic(first, "Orders");
        send(first, "Orders", 0, 100);
        running.remove(first);
        first.stop();
        Running second = serving();
        assertNotEquals(first.name(), second.name());
        List<String> texts = read(second, "Orders", 100);
        for (int i = 0; i < 100; i++) {
            assertEquals("message " + i, texts.get(i));
        }
        send(second, "Orders", 100, 50);
        assertEquals(150, read(second, "Orders", 150).size());
        start(members().stream().filter(member -> member.name().equals(first.name())).findFirst().orElseThrow());
        running.remove(second);
        second.stop();
        assertEquals(150, read(serving(), "Orders", 150).size());
        assertEquals(List.of(), failures);
    }

    @Test
    void aNodeThatWasAwayTooLongFetchesWhatItLacks() throws Exception {
        for (Member member : members()) {
            start(member);
        }
        Running leader = serving();
        topic(leader, "Orders");
        send(leader, "Orders", 0, 20, 4_000);
        Running away = running.stream().filter(one -> one != leader).findFirst().orElseThrow();
        running.remove(away);
        away.stop();
        send(leader, "Orders", 20, 480, 4_000);
        Running back = start(
                members().stream().filter(member -> member.name().equals(away.name())).findFirst().orElseThrow());
        await().atMost(PATIENCE).until(() -> back.member.fetches() > 0);
        send(leader, "Orders", 500, 20, 4_000);
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).until(() -> {
            leader.group.transfer(back.name()).handle((done, failure) -> null).get();
            return back.member.isServing();
        });
        List<String> texts = read(back, "Orders", 520);
        for (int i = 0; i < 520; i++) {
            assertEquals("message " + i + "x".repeat(4_000), texts.get(i));
        }
        assertEquals(List.of(), failures);
    }
}
