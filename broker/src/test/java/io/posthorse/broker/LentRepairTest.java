package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A message that was found damaged when it was to be lent is lent after its repair, and not taken for gone. */
class LentRepairTest {
    private static final SubscriptionSettings LENT =
            SubscriptionSettings.ofOffsets(true, true, true, false, 1, 1_000_000, true, new TreeMap<>());
    private static final long LEASE_MS = 3_000;

    private final LentBatch lent = new LentBatch();
    private ThreeNodes nodes;
    private long receipts;

    private List<Long> lend() throws IOException {
        Broker broker = nodes.broker();
        Leases.Request request = new Leases.Request(
                broker.subscription("lender"), nodes.queue("queue"), 8, 1 << 20, LEASE_MS, ++receipts, false, TagFilter.ALL,
                (group, partition, offset, times) -> false);
        assertTrue(broker.leases().lend(request, lent));
        while (lent.missing() != null) {
            assertTrue(new OldMessages(broker, nodes.leader.background).read(lent.missing(), new RetriedRequest()));
            nodes.leader.background.drain();
            assertTrue(broker.leases().lend(request, lent));
        }
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < lent.count(); i++) {
            offsets.add(lent.offset(i));
        }
        nodes.rest();
        for (long offset : offsets) {
            assertEquals(CommandOutcome.DONE, nodes.broker().leases().settle(
                    nodes.broker().subscription("lender"), nodes.queue("queue"), offset, receipts));
        }
        nodes.rest();
        return offsets;
    }

    private void lendAroundARepair(long hotBytes) throws IOException {
        nodes = new ThreeNodes(new Retention(1L << 50, 1L << 50, 1, ms -> false), hotBytes, true);
        nodes.topic("queue");
        nodes.broker().createOrUpdate("lender", LENT);
        nodes.broker().leases().begin(nodes.broker().subscription("lender"), nodes.queue("queue"), 0);
        nodes.rest();
        for (int i = 0; i < 5; i++) {
            long position = nodes.publish("queue");
            if (i == 2) {
                nodes.rot(position);
            }
        }
        assertEquals(List.of(0L, 1L, 3L, 4L), lend());
        nodes.repair();
        List<Long> later = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            assertFalse(later.isEmpty() && nodes.broker().subscription("lender").leases(nodes.queue("queue")).isSettled(2));
            nodes.pass(5_000);
            later.addAll(lend());
        }
        assertEquals(List.of(2L), later);
    }

    @Test
    void aRecentMessageIsLentAfterItsRepair() throws IOException {
        lendAroundARepair(1L << 40);
    }

    @Test
    void anOldMessageIsLentAfterItsRepair() throws IOException {
        lendAroundARepair(0);
    }
}
