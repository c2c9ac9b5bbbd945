package io.posthorse.replication.ratis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.Batch;
import io.posthorse.platform.Clock;
import io.posthorse.platform.DirectoryInUseException;
import io.posthorse.replication.ratis.Nodes.Node;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Starts that must not succeed, and ends that the engine keeps to itself. */
@Timeout(60)
class EngineTest {
    @TempDir
    Path directory;

    private static RaftServer.Division division(Nodes nodes, Node node) throws IOException {
        return node.group.server().getDivision(RaftGroupId.valueOf(nodes.group));
    }

    @Test
    void aTakenPortIsAnErrorAndNotTheEndOfTheProcess() throws Exception {
        Thread.UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
        Nodes nodes = new Nodes(directory, "n1");
        Node node = nodes.node("n1");
        try (ServerSocket other = new ServerSocket(node.member.port(), 1, InetAddress.getByName("127.0.0.1"))) {
            assertTrue(other.isBound());
            IOException failure = assertThrows(IOException.class, () -> nodes.start(node));
            assertTrue(failure.getMessage().contains("is not free"), failure.getMessage());
        }
        assertSame(before, Thread.getDefaultUncaughtExceptionHandler());
        try (nodes) {
            nodes.start(node);
            nodes.propose(nodes.leader(), 0, 3, 256);
            assertThrows(DirectoryInUseException.class,
                    () -> RatisGroup.open(
                            nodes.settings(node), new MemoryReplica(), (from, request) -> request, Clock.system()));
        }
    }

    @Test
    void theDirectoryOfAnotherGroupIsRefused() throws Exception {
        Nodes nodes = new Nodes(directory, "n1");
        Files.createDirectories(nodes.directory(nodes.node("n1")).resolve(UUID.randomUUID().toString()));
        IOException failure = assertThrows(IOException.class, nodes::startAll);
        assertTrue(failure.getMessage().contains("has the files of group"), failure.getMessage());
    }

    @Test
    void aRottenLogIsRefusedAndATornOneIsNot() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1")) {
            Node node = nodes.node("n1");
            nodes.startAll();
            nodes.propose(nodes.leader(), 0, 5, 1024);
            nodes.stop(node);
            Path current = nodes.directory(node).resolve(nodes.group.toString()).resolve("current");
            Path segment;
            try (var files = Files.list(current)) {
                segment = files.filter(file -> file.toString().contains("inprogress")).findFirst().orElseThrow();
            }
            byte[] whole = Files.readAllBytes(segment);
            byte[] rotten = whole.clone();
            rotten[2_000] ^= 1;
            Files.write(segment, rotten);
            IOException failure = assertThrows(IOException.class, () -> nodes.start(node));
            assertTrue(failure.getMessage().contains("the disk has changed it"), failure.getMessage());

            Files.write(segment, whole);
            Files.write(segment, new byte[] {1, 2, 3, 4, 5, 6}, StandardOpenOption.APPEND); // torn, in a run long ago
            Files.delete(nodes.directory(node).resolve(LastRun.NAME));
            nodes.start(node);
            nodes.propose(nodes.leader(), 5, 8, 1024);
            nodes.assertAllHave(0, 8);
        }
    }

    @Test
    void aDivisionThatClosesByItselfIsAFailure() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1").startAll()) {
            Node node = nodes.leader();
            Batch batch = Batches.of(node.replica.term, 1, 8);
            division(nodes, node).close();
            await().atMost(Nodes.PATIENCE).until(() -> node.replica.failures.size() == 1);
            assertTrue(node.replica.failures.get(0).getMessage().contains("closed itself"));
            assertFalse(node.group.propose(batch));
        }
    }

    @Test
    void aServerThatClosesByItselfIsAFailure() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1").startAll()) {
            Node node = nodes.leader();
            node.group.server().close();
            await().atMost(Nodes.PATIENCE).until(() -> node.replica.failures.size() == 1);
        }
    }

    @Test
    void aLogThatCannotBeWrittenIsAFailure() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1").startAll()) {
            Node node = nodes.leader();
            division(nodes, node).getStateMachine().event().notifyLogFailed(new IOException("no space"), null);
            assertEquals(1, node.replica.failures.size());
            assertTrue(node.replica.failures.get(0).getMessage().contains("must halt"));
        }
    }

    @Test
    void aReplicaThatThrowsIsAFailureAndDoesNotKeepTheGroupFromClosing() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1").startAll()) {
            Node node = nodes.leader();
            IllegalStateException diverged = new IllegalStateException("the chains differ");
            node.replica.onCommitted = () -> {
                throw diverged;
            };
            node.group.propose(Batches.of(node.replica.term, 0, 8));
            await().atMost(Nodes.PATIENCE).until(() -> node.replica.failures.equals(java.util.List.of(diverged)));
        }
    }

    @Test
    void aGroupIsClosedWhileItsReplicaBlocks() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1").startAll()) {
            Node node = nodes.leader();
            var entered = new java.util.concurrent.CountDownLatch(1);
            node.replica.onCommitted = () -> {
                entered.countDown();
                try {
                    new java.util.concurrent.CountDownLatch(1).await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException("interrupted", e);
                }
            };
            for (int i = 0; i < 100; i++) { // more than what waits for the replica
                node.group.propose(Batches.of(node.replica.term, i, 8));
            }
            entered.await();
            nodes.stop(node);
            assertEquals(0, node.replica.size());
        }
    }

    @Test
    void aMemberThatWasRemovedIsToldSo() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node leader = nodes.leader();
            var rest = nodes.all().stream().filter(node -> node != leader).map(node -> node.member).toList();
            leader.group.members(rest);
            await().atMost(Nodes.PATIENCE).until(() -> leader.replica.failures.size() == 1);
            String text = leader.replica.failures.get(0).getMessage();
            assertTrue(text.contains("it was removed from it"), text);
            nodes.stop(leader);
            leader.replica.failures.clear();
            nodes.propose(nodes.leader(), 0, 5, 256);
        }
    }
}
