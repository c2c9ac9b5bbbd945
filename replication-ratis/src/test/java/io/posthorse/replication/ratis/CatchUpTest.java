package io.posthorse.replication.ratis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.replication.EntryPlace;
import io.posthorse.replication.ratis.Nodes.Node;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.raftlog.RaftLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that were away for longer than the log reaches back. */
@Timeout(60)
class CatchUpTest {
    @TempDir
    Path directory;

    /** Proposes until the leader's log begins later than at an index. Returns the number behind the last. */
    private static long proposeUntilDeleted(Nodes nodes, Node leader, long from, long index) throws Exception {
        long next = from;
        while (firstIndex(nodes, leader) <= index) {
            nodes.propose(leader, next, next + 100, 4096);
            next += 100;
            for (Node node : nodes.all()) {
                if (node.group != null) {
                    node.replica.checkpoint();
                    node.replica.checkpoint();
                }
            }
        }
        return next;
    }

    private static RaftLog log(Nodes nodes, Node node) throws Exception {
        return node.group.server().getDivision(RaftGroupId.valueOf(nodes.group)).getRaftLog();
    }

    private static long firstIndex(Nodes nodes, Node node) throws Exception {
        return log(nodes, node).getStartIndex();
    }

    @Test
    void aNodeThatWasAwayForLongFetchesACheckpointAndGoesOn() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node leader = nodes.leader();
            nodes.propose(leader, 0, 20, 256);
            Node away = nodes.follower();
            nodes.stop(away);
            long next = proposeUntilDeleted(nodes, leader, 20, away.replica.last().index() + 1);
            away.replica.catchUp = first -> CompletableFuture.completedFuture(away.replica.copy(nodes.leader().replica));
            nodes.start(away);
            nodes.propose(leader, next, next + 50, 256);
            nodes.assertAllHave(0, next + 50);
            assertEquals(1, away.replica.caughtUp.size(), "once");

            nodes.stop(away);
            away.replica.checkpoint();
            nodes.start(away);
            nodes.propose(leader, next + 50, next + 60, 256);
            nodes.assertAllHave(0, next + 60);
            assertEquals(1, away.replica.caughtUp.size(), "not again");
        }
    }

    @Test
    void aCatchUpThatFailedIsTriedAgain() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node leader = nodes.leader();
            nodes.propose(leader, 0, 20, 256);
            Node away = nodes.follower();
            nodes.stop(away);
            long next = proposeUntilDeleted(nodes, leader, 20, away.replica.last().index() + 1);
            away.replica.catchUp = first -> {
                int attempts = away.replica.caughtUp.size();
                return switch (attempts) {
                    case 1 -> CompletableFuture.failedFuture(new IllegalStateException("the peer was gone"));
                    case 2 -> CompletableFuture.completedFuture(new EntryPlace(first.term(), first.index() - 1));
                    default -> CompletableFuture.completedFuture(away.replica.copy(nodes.leader().replica));
                };
            };
            nodes.start(away);
            nodes.propose(leader, next, next + 50, 256);
            nodes.assertAllHave(0, next + 50);
            assertEquals(3, away.replica.caughtUp.size(), "a failure, a checkpoint that ends too early, and a good one");
        }
    }

    /** The reference's case A: a new leader whose log begins earlier would meet the old one's notification for ever. */
    @Test
    void aCatchUpOutlivesAChangeOfLeaders() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node leader = nodes.leader();
            nodes.propose(leader, 0, 20, 256);
            Node away = nodes.follower();
            nodes.stop(away);
            Node other = nodes.follower();
            long next = 20;
            while (firstIndex(nodes, leader) <= away.replica.last().index() + 1) {
                nodes.propose(leader, next, next + 100, 4096);
                next += 100;
                leader.replica.checkpoint(); // and the other one keeps its whole log
                leader.replica.checkpoint();
            }
            CompletableFuture<EntryPlace> fetching = new CompletableFuture<>();
            away.replica.catchUp = first -> fetching;
            nodes.start(away);
            await().atMost(Nodes.PATIENCE).until(() -> away.replica.caughtUp.size() == 1);
            assertEquals(0, firstIndex(nodes, other), "the next leader's log begins earlier");
            leader.group.transfer(other.member.name()).get(10, TimeUnit.SECONDS);
            await().atMost(Nodes.PATIENCE).until(() -> nodes.leader() == other);
            nodes.propose(other, next, next + 20, 256);
            fetching.complete(away.replica.copy(leader.replica));
            nodes.assertAllHave(0, next + 20);
            assertEquals(1, away.replica.caughtUp.size(), "what was fetched for the old leader is enough");
        }
    }

    /** The reference's case B: a follower that lacks exactly the first entry of the leader's log. */
    @Test
    void aNodeThatLacksExactlyTheFirstEntryIsServedFromTheLog() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node leader = nodes.leader();
            nodes.propose(leader, 0, 20, 256);
            Node away = nodes.follower();
            nodes.stop(away);
            long next = proposeUntilDeleted(nodes, leader, 20, away.replica.last().index() + 1);
            nodes.propose(leader, next, next + 40, 256); // the last checkpoint has been told by then
            next += 40;
            long before = firstIndex(nodes, leader) - 1;
            away.replica.pretend(new EntryPlace(leader.replica.term, before), leader.replica);
            nodes.start(away);
            nodes.propose(leader, next, next + 50, 256);
            assertEquals(before + 1, firstIndex(nodes, leader));
            nodes.assertAllHave(0, next + 50);
            assertEquals(List.of(), away.replica.caughtUp);
        }
    }

    @Test
    void aNewNodeOfAnOldGroupFetchesACheckpoint() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node leader = nodes.leader();
            long next = proposeUntilDeleted(nodes, leader, 0, 0);
            Node fourth = nodes.add("n4");
            fourth.replica.catchUp = first -> CompletableFuture.completedFuture(fourth.replica.copy(nodes.leader().replica));
            nodes.start(fourth);
            leader.group.members(nodes.all().stream().map(node -> node.member).toList()).get(15, TimeUnit.SECONDS);
            nodes.propose(leader, next, next + 20, 256);
            nodes.assertAllHave(0, next + 20);
            assertTrue(fourth.replica.caughtUp.size() > 0);
        }
    }
}
