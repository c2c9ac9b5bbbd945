package io.posthorse.replication.ratis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.Clock;
import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.Entropy;
import io.posthorse.replication.ConsensusEngine;
import io.posthorse.replication.Member;
import io.posthorse.replication.MemberChanges;
import io.posthorse.replication.ReplicatedLog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Founders of a group that meet before the engine runs, and nodes that must not take part. */
class FoundingTest {
    private static final UUID GROUP = new UUID(5, 6);
    private static final int FIRST_PORT = 26_080;

    @TempDir
    Path directory;

    private final ExecutorService starts = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, Running> running = new ConcurrentHashMap<>();

    /** A node that runs. */
    private record Running(DiskFileStore files, ReplicatedLog log, MemberChanges changes) {
        void close() throws IOException {
            log.close();
            files.close();
        }
    }

    @AfterEach
    void close() throws Exception {
        starts.shutdownNow();
        for (Running one : running.values()) {
            one.close();
        }
    }

    private static List<Member> members(int count) {
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            members.add(new Member("n" + i, "127.0.0.1", FIRST_PORT + i));
        }
        return members;
    }

    private RatisSettings settings(int number, int count, String place) {
        return new RatisSettings(GROUP, members(count).get(number), members(count), false,
                directory.resolve(place + "-engine"), null, Nodes.TIMES, Nodes.SIZES);
    }

    /** Starts a node on a directory; the result is complete once it takes part. */
    private CompletableFuture<ReplicatedLog> start(int number, int count, String place) {
        CompletableFuture<ReplicatedLog> started = new CompletableFuture<>();
        starts.execute(() -> {
            DiskFileStore files = null;
            try {
                files = DiskFileStore.open(directory.resolve(place));
                ConsensusEngine.Joined joined = RatisEngine.admit(settings(number, count, place), files, Entropy.system())
                        .join(new MemoryReplica(), (from, request) -> request, Clock.system());
                running.put(place, new Running(files, joined.log(), joined.changes()));
                started.complete(joined.log());
            } catch (IOException | RuntimeException e) {
                close(files);
                started.completeExceptionally(e);
            }
        });
        return started;
    }

    private static void close(DiskFileStore files) {
        try {
            if (files != null) {
                files.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void startThree() throws Exception {
        var a = start(0, 3, "a");
        var b = start(1, 3, "b");
        var c = start(2, 3, "c");
        get(a);
        get(b);
        get(c);
    }

    private static ReplicatedLog get(CompletableFuture<ReplicatedLog> started) throws Exception {
        return started.get(20, TimeUnit.SECONDS);
    }

    private static String refusal(CompletableFuture<ReplicatedLog> started) {
        return assertThrows(ExecutionException.class, () -> get(started)).getCause().getMessage();
    }

    private NodeMark mark(String place) throws IOException {
        try (DiskFileStore files = DiskFileStore.unlocked(directory.resolve(place))) {
            return NodeMark.read(files);
        }
    }

    @Test
    void allFoundersLearnTheSameIncarnations() throws Exception {
        var a = start(0, 3, "a");
        var b = start(1, 3, "b");
        assertThrows(TimeoutException.class, () -> a.get(1, TimeUnit.SECONDS), "n2 does not run");
        assertFalse(b.isDone());
        get(start(2, 3, "c"));
        get(a);
        get(b);
        NodeMark mark = mark("a");
        assertTrue(mark.phase().code() >= NodeMark.Phase.RUNNING.code());
        assertEquals(3, mark.founders().size());
        assertEquals(mark.founders(), mark("b").founders());
        assertEquals(mark.founders(), mark("c").founders());
        assertEquals(mark("c").incarnation(), mark.founders().get("n2"));
    }

    @Test
    void aFounderThatWasKilledBeforeItKnewGoesOn() throws Exception {
        startThree();
        awaitEntries("c");
        NodeMark before = mark("c");
        running.remove("c").close();
        running.remove("b").close();
        try (DiskFileStore files = DiskFileStore.open(directory.resolve("c"))) {
            new NodeMark(GROUP, "n2", before.incarnation(), NodeMark.Phase.FOUNDING, Map.of()).write(files);
        }
        get(start(2, 3, "c")); // although n1 does not run
        awaitEntries("c");
        assertEquals(before, mark("c"));
    }

    private void awaitEntries(String place) {
        Awaitility.await().atMost(Nodes.PATIENCE).until(() -> mark(place).phase() == NodeMark.Phase.ENTRIES);
    }

    @Test
    void aNodeThatHasLostTheFilesOfTheEnginesLogIsRefused() throws Exception {
        startThree();
        awaitEntries("c");
        running.remove("c").close();
        try (DiskFileStore files = DiskFileStore.unlocked(
                directory.resolve("c-engine").resolve(GROUP.toString()).resolve("current"))) {
            for (String name : files.list()) {
                if (OutrunLog.isOfLog(name)) {
                    files.delete(name);
                }
            }
        }
        String refusal = refusal(start(2, 3, "c"));
        assertTrue(refusal.contains("has lost its log"), refusal);
    }

    @Test
    void anEmptiedDirectoryIsRefusedByTheFirstNodeThatIsMet() throws Exception {
        startThree();
        running.remove("a").close();
        running.remove("c").close();
        String refusal = refusal(start(2, 3, "another"));
        assertTrue(refusal.contains("n1 knows another incarnation"), refusal);
    }

    @Test
    void nodesWithOtherListsOfNodesAreNotFoundedTogether() {
        var a = start(0, 2, "a");
        var b = start(1, 3, "b");
        Awaitility.await().atMost(Nodes.PATIENCE).until(() -> a.isDone() || b.isDone());
        String refusal = refusal(a.isDone() ? a : b);
        assertTrue(refusal.contains("Set cluster.nodes to the same on all machines"), refusal);
    }

    @Test
    void aNodeThatTheGroupWasFoundedWithoutWaitsUntilItIsAdded() throws Exception {
        var a = start(0, 2, "a");
        var b = start(1, 2, "b");
        get(a);
        get(b);
        var c = start(2, 3, "c"); // which the settings of the others do not name
        assertThrows(TimeoutException.class, () -> c.get(2, TimeUnit.SECONDS));
        Member third = members(3).get(2);
        for (Member wrong : List.of(new Member("x", third.host(), third.port()), new Member("n2", "a b", 1),
                new Member("n2", third.host() + "\n1", third.port()))) {
            Awaitility.await().atMost(Nodes.PATIENCE).ignoreExceptions().until(() -> {
                String refusal = assertThrows(IOException.class, () -> leader().changes().add(wrong)).getMessage();
                return refusal.contains("is node n2, so x was not added") || refusal.contains("NAME=HOST:PORT");
            });
        }
        Awaitility.await().atMost(Nodes.PATIENCE).ignoreExceptions().until(
                () -> leader().changes().add(third) == MemberChanges.Progress.MEMBER);
        get(c);
        assertEquals(3, leader().log().status().peers().size());
        UUID incarnation = mark("c").incarnation();
        assertEquals(Map.of("n2", incarnation), mark("a").joined());
        assertEquals(Map.of("n2", incarnation), mark("b").joined());
        assertTrue(mark("c").hasJoined());

        running.remove("c").close();
        String refusal = refusal(start(2, 3, "another"));
        assertTrue(refusal.contains("knows another incarnation"), refusal);
        get(start(2, 3, "c"));
        Awaitility.await().atMost(Nodes.PATIENCE).ignoreExceptions().until(() -> {
            leader().changes().remove("n2");
            return leader().log().status().peers().size() == 2;
        });
        assertEquals(Map.of(), mark("a").joined());
        assertEquals(Map.of(), mark("b").joined());
    }

    private Running leader() {
        return running.values().stream()
                .filter(one -> one.log().status().self().equals(one.log().status().leader()))
                .findFirst().orElseThrow();
    }

    @Test
    void aNodeThatRanBeforeStartsAlone() throws Exception {
        startThree();
        running.remove("a").close();
        running.remove("b").close();
        running.remove("c").close();
        get(start(0, 3, "a"));
    }
}
