package io.posthorse.replication.ratis;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.replication.GroupStatus;
import io.posthorse.replication.Member;
import io.posthorse.replication.ratis.Nodes.Node;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Three nodes in one process agree, on real ports and real files. */
@Timeout(60)
class RatisGroupTest {
    @TempDir
    Path directory;

    @Test
    void proposalsOfOneThreadAreCommittedEverywhereInTheirOrder() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node leader = nodes.leader();
            nodes.underWay = 64;
            long began = System.nanoTime();
            nodes.propose(leader, 0, 2_000, 256);
            System.out.printf("2,000 proposals of 256 bytes, %d under way: %d us each%n", nodes.underWay,
                    (System.nanoTime() - began) / 2_000_000);
            nodes.assertAllHave(0, 2_000);
            for (Node node : nodes.all()) {
                await().atMost(Nodes.PATIENCE).until(() -> leader.member.name().equals(node.replica.leader));
            }
        }
    }

    @Test
    void whenTheLeaderEndsAnotherLeadsAndNothingIsLostOrDoubled() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node old = nodes.leader();
            nodes.propose(old, 0, 100, 256);
            for (int number = 100; number < 104; number++) {
                old.group.propose(Batches.of(old.replica.term, number, 256));
            }
            List<Long> acknowledged = old.replica.numbers();
            long term = old.replica.term;
            nodes.stop(old);
            assertTrue(old.replica.events.contains("fell " + term), "it was told");
            long began = System.nanoTime();
            Node leader = nodes.leader();
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            assertTrue(took.toMillis() < 5_000, "another leads after " + took);
            List<Long> there = leader.replica.numbers();
            assertEquals(acknowledged, there.subList(0, acknowledged.size()), "what was committed is there");
            assertEquals(there.size(), new HashSet<>(there).size(), "once");
            nodes.propose(leader, 200, 250, 256);
            assertFalse(leader.group.propose(Batches.of(term, 999, 8)), "a batch of an old term");
            List<Long> expected = leader.replica.numbers();
            nodes.start(old);
            await().atMost(Nodes.PATIENCE).untilAsserted(() -> assertEquals(expected, old.replica.numbers()));
            nodes.assertNothingWentWrong();
        }
    }

    @Test
    void aLeaderThatIsCutOffWhileProposalsFlowFalls() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node leader = nodes.leader();
            long term = leader.replica.term;
            nodes.propose(leader, 0, 10, 256);
            AtomicLong next = new AtomicLong(10);
            AtomicLong afterCut = new AtomicLong();
            Thread producer = Thread.ofPlatform().start(() -> {
                CountDownLatch never = new CountDownLatch(1);
                try {
                    while (leader.group.propose(Batches.of(term, next.getAndIncrement(), 256))) {
                        never.await(50, TimeUnit.MILLISECONDS);
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
            for (Node node : nodes.all()) {
                if (node != leader) {
                    nodes.stop(node);
                }
            }
            afterCut.set(next.get());
            await().atMost(Duration.ofSeconds(6)).until(() -> leader.replica.events.contains("fell " + term));
            producer.join(5_000);
            assertTrue(next.get() - afterCut.get() > 5, "proposals flowed");
            assertFalse(leader.group.propose(Batches.of(term, 9_999, 256)), "it leads no more");
            await().atMost(Nodes.PATIENCE).until(() -> leader.replica.leader == null);
            assertTrue(leader.replica.size() <= afterCut.get(), "nothing was committed without the others");
        }
    }

    @Test
    void aRestartedNodeGoesOnBehindItsCheckpoint() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            nodes.propose(nodes.leader(), 0, 50, 256);
            Node node = nodes.follower();
            await().atMost(Nodes.PATIENCE).until(() -> node.replica.size() == 50);
            node.replica.checkpoint();
            nodes.propose(nodes.leader(), 50, 70, 256);
            nodes.stop(node);
            nodes.propose(nodes.leader(), 70, 80, 256);
            nodes.start(node);
            nodes.assertAllHave(0, 80);
            assertEquals(List.of(), node.replica.caughtUp, "the log had it all");
        }
    }

    @Test
    void aWholeGroupThatIsRestartedHasEverything() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            nodes.propose(nodes.leader(), 0, 50, 256);
            nodes.leader().replica.checkpoint();
            nodes.close();
            nodes.startAll();
            nodes.propose(nodes.leader(), 50, 60, 256);
            nodes.assertAllHave(0, 60);
        }
    }

    @Test
    void aBatchThatIsTooLargeIsRefusedAndTheLeaderLeadsOn() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node leader = nodes.leader();
            long term = leader.replica.term;
            int largest = leader.group.batchBytesMax() - 32 & ~7;
            assertThrows(IllegalArgumentException.class, () -> leader.group.propose(Batches.of(term, 0, largest + 8)));
            nodes.propose(leader, 0, 1, largest);
            nodes.propose(leader, 1, 10, 256);
            assertEquals(List.of("leading " + term), leader.replica.events);
            nodes.assertAllHave(0, 10);
        }
    }

    @Test
    void requestsOfOthersAreRefusedAndTakeNoRoom() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1").startAll()) {
            Node leader = nodes.leader();
            long term = leader.replica.term;
            for (int i = 0; i < 5_000; i++) { // the engine has room for 4,096 requests
                RaftClientRequest request = RaftClientRequest.newBuilder()
                        .setClientId(ClientId.randomId())
                        .setServerId(RaftPeerId.valueOf("n1"))
                        .setGroupId(RaftGroupId.valueOf(nodes.group))
                        .setCallId(i)
                        .setMessage(Message.valueOf("a foreign request"))
                        .setType(RaftClientRequest.writeRequestType())
                        .build();
                RaftClientReply reply = leader.group.server().submitClientRequestAsync(request).get(5, TimeUnit.SECONDS);
                assertFalse(reply.isSuccess());
            }
            nodes.propose(leader, 0, 10, 256);
            assertEquals(List.of("leading " + term), leader.replica.events);
            nodes.assertAllHave(0, 10);
        }
    }

    @Test
    void membersComeAndGo() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            nodes.propose(nodes.leader(), 0, 20, 256);
            Node fourth = nodes.add("n4");
            nodes.start(fourth);
            Node leader = nodes.leader();
            List<Member> members = new ArrayList<>(nodes.all().stream().map(node -> node.member).toList());
            leader.group.members(members).get(10, TimeUnit.SECONDS);
            nodes.propose(leader, 20, 30, 256);
            nodes.assertAllHave(0, 30);
            assertEquals(4, leader.group.status().peers().size());

            Node removed = nodes.follower();
            members.remove(removed.member);
            leader.group.members(members).get(10, TimeUnit.SECONDS);
            nodes.stop(removed);
            nodes.propose(leader, 30, 40, 256);
            nodes.assertAllHave(0, 40);
            assertEquals(3, leader.group.status().peers().size());
            removed.replica.failures.clear();
        }
    }

    @Test
    void leadershipIsHandedOver() throws Exception {
        try (Nodes nodes = new Nodes(directory, "n1", "n2", "n3").startAll()) {
            Node first = nodes.leader();
            nodes.propose(first, 0, 20, 256);
            Node second = nodes.follower();
            first.group.transfer(second.member.name()).get(10, TimeUnit.SECONDS);
            await().atMost(Nodes.PATIENCE).until(() -> nodes.leader() == second);
            nodes.propose(second, 20, 40, 256);

            GroupStatus status = second.group.status();
            assertEquals(second.member.name(), status.leader());
            assertEquals(second.replica.term, status.term());
            await().atMost(Nodes.PATIENCE).until(() -> second.group.status().peers().stream()
                    .allMatch(peer -> peer.matched() >= status.committed() && peer.silentMs() >= 0));

            second.group.transfer(null).get(10, TimeUnit.SECONDS);
            Node third = nodes.leader();
            assertTrue(third != second, "any other");
            nodes.propose(third, 40, 60, 256);
            nodes.assertAllHave(0, 60);
            ExecutionException refused = assertThrows(ExecutionException.class,
                    () -> nodes.follower().group.transfer(null).get(10, TimeUnit.SECONDS));
            String text = refused.getCause().getMessage();
            assertTrue(text.contains("ask the leader, " + third.member.name()), text);
        }
    }
}
