package io.posthorse.replication.ratis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import io.posthorse.replication.Member;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.LongStream;

/** Nodes of one group in this process, on loopback ports that no other test has. */
final class Nodes implements AutoCloseable {
    static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final AtomicInteger PORTS = new AtomicInteger(26_100);
    static final RatisSettings.Times TIMES = new RatisSettings.Times(400, 600, 2_000, 2_000, 1_000);
    /** Small files, so that a test can have them deleted. */
    static final RatisSettings.Sizes SIZES = new RatisSettings.Sizes(1 << 20, 64 << 10, 8, 1);

    /** A node, with a group while it runs. */
    static final class Node {
        final Member member;
        final MemoryReplica replica = new MemoryReplica();
        RatisGroup group;

        Node(Member member) {
            this.member = member;
        }

        /** Answers another node with its name and request. */
        ByteBuffer answer(String from, ByteBuffer request) throws IOException {
            String text = StandardCharsets.UTF_8.decode(request).toString();
            if (text.isEmpty()) {
                throw new IOException("nothing was asked");
            }
            return StandardCharsets.UTF_8.encode(member.name() + " to " + from + ": " + text);
        }

        boolean leads() {
            return group != null && replica.term >= 0;
        }
    }

    final UUID group = UUID.randomUUID();
    private final Path directory;
    private final List<Member> founders = new ArrayList<>();
    private final Map<String, Node> nodes = new LinkedHashMap<>();
    /** Proposals that may wait for their commit. */
    int underWay = 16;
    RatisSettings.Sizes sizes = SIZES;
    RatisSettings.Times times = TIMES;
    Function<String, RatisTls> tls = name -> null;

    Nodes(Path directory, String... founders) {
        this.directory = directory;
        for (String name : founders) {
            this.founders.add(add(name).member);
        }
    }

    Node add(String name) {
        Node node = new Node(new Member(name, "127.0.0.1", PORTS.getAndIncrement()));
        nodes.put(name, node);
        return node;
    }

    Node node(String name) {
        return nodes.get(name);
    }

    Collection<Node> all() {
        return nodes.values();
    }

    Nodes startAll() throws IOException {
        together(nodes.values(), this::start);
        return this;
    }

    /** Does something with several nodes at once, for each takes a second. */
    private static void together(Collection<Node> nodes, Step step) throws IOException {
        List<CompletableFuture<IOException>> ends = nodes.stream()
                .map(node -> CompletableFuture.supplyAsync(() -> {
                    try {
                        step.run(node);
                        return null;
                    } catch (IOException e) {
                        return e;
                    }
                }, task -> Thread.ofPlatform().start(task)))
                .toList();
        for (CompletableFuture<IOException> end : ends) {
            IOException failure = end.join();
            if (failure != null) {
                throw failure;
            }
        }
    }

    private interface Step {
        void run(Node node) throws IOException;
    }

    void start(Node node) throws IOException {
        node.replica.restart();
        node.group = RatisGroup.open(settings(node), node.replica, node::answer, Clock.system());
    }

    RatisSettings settings(Node node) {
        List<Member> members = new ArrayList<>(founders);
        boolean isJoining = !founders.contains(node.member);
        RatisTls files = tls.apply(node.member.name());
        return new RatisSettings(group, node.member, members, isJoining, directory(node), files, times, sizes);
    }

    Path directory(Node node) {
        return directory.resolve(node.member.name());
    }

    void stop(Node node) throws IOException {
        RatisGroup running = node.group;
        node.group = null;
        running.close();
    }

    /** Waits for a leader that has announced itself. */
    Node leader() {
        await().atMost(PATIENCE).until(() -> all().stream().filter(Node::leads).count() == 1);
        return all().stream().filter(Node::leads).findFirst().orElseThrow();
    }

    Node follower() {
        Node leader = leader();
        return all().stream().filter(node -> node != leader && node.group != null).findFirst().orElseThrow();
    }

    /** Proposes numbers, with at most some under way, and waits until the leader has them. */
    void propose(Node leader, long from, long to, int bytes) {
        int before = leader.replica.size();
        leader.replica.room.drainPermits();
        leader.replica.room.release(underWay);
        for (long number = from; number < to; number++) {
            try {
                assertTrue(leader.replica.room.tryAcquire(20, TimeUnit.SECONDS), "it is committed");
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            assertTrue(leader.group.propose(Batches.of(leader.replica.term, number, bytes)), "it leads");
        }
        await().atMost(PATIENCE).until(() -> leader.replica.size() == before + to - from);
    }

    /** Waits until all running nodes have exactly some numbers, in order. */
    void assertAllHave(long from, long to) {
        List<Long> expected = LongStream.range(from, to).boxed().toList();
        for (Node node : all()) {
            if (node.group != null) {
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertEquals(expected, node.replica.numbers(), node.member.name()));
            }
        }
        assertNothingWentWrong();
    }

    void assertNothingWentWrong() {
        for (Node node : all()) {
            assertEquals(List.of(), node.replica.failures, node.member.name());
            assertFalse(node.replica.wasCalledTwiceAtOnce, node.member.name());
            assertEquals(List.of(), node.replica.events.stream().filter(event -> event.startsWith("gap")).toList(),
                    node.member.name());
        }
    }

    @Override
    public void close() throws IOException {
        together(nodes.values().stream().filter(node -> node.group != null).toList(), this::stop);
    }
}
