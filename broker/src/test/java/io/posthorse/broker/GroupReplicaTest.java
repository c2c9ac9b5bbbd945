package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.GroupReplica.Leadership;
import io.posthorse.log.Batch;
import io.posthorse.log.Commitment;
import io.posthorse.log.DivergedException;
import io.posthorse.log.LogSettings;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedBackground;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class GroupReplicaTest {
    private static final UUID GROUP = new UUID(1, 2);
    private static final LogSettings LOG = new LogSettings(1 << 15, 1 << 13, 1 << 10, Commitment.AGREED);

    private final FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));

    private static GroupReplica open(FaultyFileStore files, LogSettings log, UUID group) throws IOException {
        Failures failures = new Failures(new SeededEntropy(2));
        Model model = new Model(new WorldTime(new SeededEntropy(3)), failures);
        return GroupReplica.open(
                files, log, new SimulatedBackground(),
                World.settings(new Retention(1L << 50, 40_000, 1, ms -> true), false, 1 << 20),
                List.of(failures.format(model::name)), group);
    }

    private static Batch beginOfTerm(GroupReplica leader) throws IOException {
        leader.lead(new Leadership(1, "a"));
        return leader.nextProposal();
    }

    @Test
    void aCopyTakesTheBeginOfATermOfItsGroup() throws IOException {
        Batch begin = beginOfTerm(open(new FaultyFileStore(new SeededEntropy(4)), LOG, GROUP));
        GroupReplica copy = open(files, LOG, GROUP);
        copy.agreed(1, 1, begin);
        assertNull(copy.failure());
        assertEquals(begin.end(), copy.point().position());
    }

    @Test
    void aCopyOfAnotherGroupRefusesTheFirstRecord() throws IOException {
        Batch begin = beginOfTerm(open(new FaultyFileStore(new SeededEntropy(4)), LOG, new UUID(8, 8)));
        GroupReplica copy = open(files, LOG, GROUP);
        DivergedException refusal = assertThrows(DivergedException.class, () -> copy.agreed(1, 1, begin));
        assertTrue(refusal.getMessage().contains("its log is that of cluster " + new UUID(8, 8)), refusal.getMessage());
    }

    @Test
    void aCopyWithOtherSegmentsRefusesTheFirstRecord() throws IOException {
        Batch begin = beginOfTerm(open(new FaultyFileStore(new SeededEntropy(4)), LOG, GROUP));
        GroupReplica copy = open(files, new LogSettings(1 << 16, 1 << 13, 1 << 10, Commitment.AGREED), GROUP);
        DivergedException refusal = assertThrows(DivergedException.class, () -> copy.agreed(1, 1, begin));
        assertTrue(refusal.getMessage().contains("mappedFileSizeCommitLog"), refusal.getMessage());
    }

    @Test
    void aCopyThatLeadsIsNotMadeToLeadAgain() throws IOException {
        GroupReplica copy = open(files, LOG, GROUP);
        beginOfTerm(copy);
        assertThrows(IllegalStateException.class, () -> copy.lead(new Leadership(2, "a")));
    }

    @Test
    void aLeaderProposesNothingMoreOnceAnotherOneLeads() throws IOException {
        GroupReplica copy = open(files, LOG, GROUP);
        Batch own = beginOfTerm(copy);
        copy.passed(2, 1);
        copy.agreed(2, 2, own); // of another term than its entry
        assertNull(copy.leading());
        assertNull(copy.nextProposal());
    }

    /** Agrees on a batch at the node that decided it and at another one. */
    private static void agree(long index, Batch batch, GroupReplica... nodes) throws IOException {
        for (GroupReplica node : nodes) {
            node.agreed(1, index, batch);
        }
    }

    @Test
    void readersOfAFollowerSeeWhatIsAgreedOnAndAreWoken() throws IOException {
        GroupReplica leader = open(new FaultyFileStore(new SeededEntropy(4)), LOG, GROUP);
        GroupReplica copy = open(files, LOG, GROUP);
        Broker reader = copy.reader();
        agree(1, beginOfTerm(leader), leader, copy);
        Broker broker = leader.leading();
        Topic topic = broker.createOrUpdate("orders", TopicSettings.of(1));
        broker.endTurn();
        agree(2, leader.nextProposal(), leader, copy);
        Partition waited = reader.topic("orders").partition(0);
        int[] woken = new int[1];
        reader.await(waited, () -> woken[0]++);
        broker.publish(topic.partition(0), new TestFormat.Sent(1, 0, 10), false);
        broker.endTurn();
        assertEquals(0, reader.end(waited), "decided, and not agreed on");
        agree(3, leader.nextProposal(), leader, copy);
        assertEquals(1, reader.end(waited));
        assertEquals(1, woken[0]);
        FetchResult fetch = new FetchResult();
        reader.fetch(waited, 0, 10, 1_000, TagFilter.ALL, fetch);
        assertEquals(FetchResult.Status.FOUND, fetch.status());
        reader.fetch(waited, 7, 10, 1_000, TagFilter.ALL, fetch);
        assertEquals(FetchResult.Status.AT_END, fetch.status());
        assertEquals(7, fetch.next(), "an offset from another node is kept");
        broker.publish(topic.partition(0), new TestFormat.Sent(2, 0, 10), false);
        broker.endTurn();
        broker.fetch(topic.partition(0), 2, 10, 1_000, TagFilter.ALL, fetch);
        assertEquals(FetchResult.Status.AT_END, fetch.status(), "another node may have shown what this one has decided");
        broker.fetch(topic.partition(0), 3, 10, 1_000, TagFilter.ALL, fetch);
        assertEquals(FetchResult.Status.ABOVE, fetch.status());
    }

    @Test
    void readersOfAFollowerWriteNothingNotEvenOnceItLeads() throws IOException {
        GroupReplica copy = open(files, LOG, GROUP);
        Broker reader = copy.reader();
        assertEquals(Admission.FOLLOWS, reader.admit(10, 1));
        Batch begin = beginOfTerm(copy);
        copy.agreed(1, 1, begin);
        long end = copy.leading().tail();
        assertEquals(Admission.FOLLOWS, reader.admit(10, 1));
        assertNull(reader.createOrUpdate("orders", TopicSettings.of(1)));
        assertNull(reader.createOrUpdate("readers", SubscriptionSettings.STANDARD));
        assertEquals(end, copy.leading().tail());
        assertNull(copy.nextProposal());
        assertThrows(IllegalStateException.class, copy::reader);
    }

    @Test
    void whoWaitsAtANodeThatComesToLeadIsWoken() throws IOException {
        GroupReplica leader = open(new FaultyFileStore(new SeededEntropy(4)), LOG, GROUP);
        GroupReplica copy = open(files, LOG, GROUP);
        agree(1, beginOfTerm(leader), leader, copy);
        leader.leading().createOrUpdate("orders", TopicSettings.of(1));
        leader.leading().endTurn();
        agree(2, leader.nextProposal(), leader, copy);
        Broker reader = copy.reader();
        reader.announceLater(reader.topic("orders").partition(0)); // in the turn that this node's election ends
        copy.lead(new Leadership(2, "b"));
        copy.agreed(2, 3, copy.nextProposal());
        Broker broker = copy.leading();
        Partition orders0 = broker.topic("orders").partition(0);
        int[] woken = new int[1];
        broker.await(orders0, () -> woken[0]++);
        broker.publish(orders0, new TestFormat.Sent(1, 0, 10), false);
        broker.endTurn();
        copy.agreed(2, 4, copy.nextProposal());
        broker.announce();
        assertEquals(1, woken[0]);
    }

    @Test
    void aNodeWithRecordsSetAsideDoesNotOpen() throws IOException {
        SetAside.add(files, 64);
        IOException refusal = assertThrows(IOException.class, () -> open(files, LOG, GROUP));
        assertTrue(refusal.getMessage().contains("set-aside"), refusal.getMessage());
    }
}
