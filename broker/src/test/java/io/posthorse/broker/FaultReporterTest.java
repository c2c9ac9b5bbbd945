package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.LogSettings;
import io.posthorse.log.RecordFormat;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedBackground;
import io.posthorse.testkit.SimulatedClock;
import io.posthorse.testkit.SimulatedTimers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the broker makes of damage and of bad disks; the numbers are those of the fault table. */
class FaultReporterTest {
    private static final int BODY = 40;
    private static final LogSettings LOG = new LogSettings(1 << 20, 1 << 18, 1 << 14, false);

    /** Messages that say where they belong: topic {@code t<target / 100>}, partition {@code target % 100}. */
    private static final class NamingFormat extends TestFormat {
        @Override
        public String topic(ByteBuffer bytes, int at, int length) {
            return "t" + bytes.getInt(at + 32) / 100;
        }

        @Override
        public int partition(ByteBuffer bytes, int at, int length) {
            return bytes.getInt(at + 32) % 100;
        }
    }

    private final ArrayDeque<Runnable> owner = new ArrayDeque<>();
    private final SimulatedClock clock = new SimulatedClock(1_700_000_000_000L);
    private SimulatedTimers timers = new SimulatedTimers(clock);
    private SimulatedBackground background;
    private FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));
    private Shard shard;
    private long sent;

    private Broker open(LogSettings log) throws IOException {
        background = new SimulatedBackground();
        timers = new SimulatedTimers(clock);
        owner.clear();
        BrokerSettings settings = new BrokerSettings(
                100, 100, 16, new InternalTopics("schedule", "timed", "prepared", "suspended"), List.of(50L),
                new PostponedLimits(500, 500, 700, 3), 1L << 40, 200, 1L << 40,
                new Retention(1L << 50, 1L << 50, 1, ms -> false));
        Broker broker = Broker.open(files, log, background, settings, List.of(new NamingFormat()));
        shard = new Shard(broker, clock, timers, owner::add);
        shard.start();
        endTurn();
        return broker;
    }

    private void endTurn() {
        for (Runnable task = owner.poll(); task != null; task = owner.poll()) {
            task.run();
        }
    }

    private Topic topic(String name, int partitions) {
        Topic topic = shard.turn().createOrUpdate(name, TopicSettings.of(partitions));
        endTurn();
        return topic;
    }

    private void publish(Topic topic, int number) {
        Broker broker = shard.turn();
        assertEquals(Admission.ADMITTED, broker.admit(TestFormat.HEADER + BODY, 1));
        int target = Integer.parseInt(topic.name().substring(1)) * 100 + number;
        broker.publish(topic.partition(number), new TestFormat.Sent(sent++, target, BODY), false);
        endTurn();
    }

    private void pass(long ms) {
        for (long left = ms; left > 0; left -= 1_000) {
            timers.advance(1_000);
            endTurn();
        }
    }

    /** The process is killed, after a bit of the record at a position has flipped. */
    private Broker killedWithDamageAt(long position) throws IOException {
        return killedWithFlippedBit((position + 45) * 8);
    }

    private Broker killedWithFlippedBit(long bit) throws IOException {
        shard.broker().log().force();
        background.drain();
        files = files.crash(false);
        files.flipBit("%020d.log".formatted(0), bit);
        return open(LOG);
    }

    private static List<Long> ids(Broker broker, Partition partition) {
        List<Long> ids = new ArrayList<>();
        for (long o = broker.begin(partition); o < broker.end(partition); o++) {
            ByteBuffer bytes = broker.nativeAt(broker.positionOf(partition, o));
            if (bytes != null) {
                ids.add(TestFormat.messageId(bytes));
            }
        }
        return ids;
    }

    @Test
    void c6_aDamagedTopicRecordCostsSettingsButNoMessage() throws IOException {
        open(LOG);
        topic("t1", 2);
        long record = shard.broker().tail();
        Topic victim = topic("t2", 3);
        Topic later = topic("t3", 1);
        publish(victim, 1);
        publish(later, 0);
        publish(victim, 0);
        publish(victim, 2);
        publish(victim, 1);

        Broker next = killedWithDamageAt(record);

        Topic again = next.topic("t2");
        assertNotNull(again);
        assertEquals(3, again.partitions().size());
        assertEquals(List.of(2L), ids(next, again.partition(0)));
        assertEquals(List.of(0L, 4L), ids(next, again.partition(1)));
        assertEquals(List.of(3L), ids(next, again.partition(2)));
        assertEquals(List.of(1L), ids(next, next.topic("t3").partition(0)));
        assertTrue(String.join(" ", next.openingReport()).contains("with default settings: [t2]"));

        background.drain();
        files = files.crash(false);
        Broker third = open(LOG);
        assertEquals(List.of(0L, 4L), ids(third, third.topic("t2").partition(1)), "and so in later runs");
        assertEquals(List.of(), third.openingReport());
    }

    @Test
    void aRottenPartitionNumberCostsTheNamedPartitionNothing() throws IOException {
        open(LOG);
        Topic topic = topic("t1", 4);
        int even = topic.partition(0).id() % 2;
        assertEquals(topic.partition(even).id() + 1, topic.partition(even + 1).id());
        long record = shard.broker().tail();
        publish(topic, even);
        publish(topic, even + 1);
        publish(topic, even + 1);

        Broker next = killedWithFlippedBit((record + RecordFormat.PARTITION + 3) * 8);

        Topic again = next.topic("t1");
        assertEquals(List.of(1L, 2L), ids(next, again.partition(even + 1)));
        assertEquals(List.of(), ids(next, again.partition(even)));
        assertEquals(1, next.end(again.partition(even)), "its offset stays given out");
    }

    @Test
    void c6_messagesOfALostTopicNeverAppearInANewOne() throws IOException {
        open(LOG);
        long record = shard.broker().tail();
        Topic victim = topic("t2", 1);
        Broker broker = shard.turn();
        broker.admit(TestFormat.HEADER + BODY, 1);
        broker.publish(victim.partition(0), new TestFormat.Sent(7, 299, BODY), false); // says that it is of queue 99
        endTurn();

        Broker next = killedWithDamageAt(record);
        assertNull(next.topic("t2"));
        assertTrue(String.join(" ", next.openingReport()).contains("1 messages belong to a topic"));
        Topic fresh = topic("t5", 1);
        assertEquals(List.of(), ids(next, fresh.partition(0)));
        assertFalse(fresh.partition(0).id() == victim.partition(0).id());
    }

    @Test
    void c6_delayedMessagesOfALostTopicNeverAppearInANewOne() throws IOException {
        open(LOG);
        long record = shard.broker().tail();
        Topic victim = topic("t2", 3);
        Broker broker = shard.turn();
        int target = victim.partition(2).id();
        for (int kind = 0; kind < 3; kind++) {
            broker.admit(TestFormat.HEADER + BODY, 1);
            TestFormat.Sent message = new TestFormat.Sent(7 + kind, target, BODY);
            switch (kind) {
                case 0 -> broker.delayed().publishLater(victim.partition(2), message, 0);
                case 1 -> broker.delayed().publishAt(victim.partition(2), message, broker.wallNow() + 1_000);
                default -> broker.transactions().prepare(victim.partition(2), message, broker.now() + 1_000);
            }
        }
        endTurn();

        Broker next = killedWithDamageAt(record);
        assertNull(next.topic("t2"));
        Topic fresh = topic("t5", 3);
        assertTrue(fresh.partition(0).id() > target, "numbers that something waits for are taken");
        pass(10_000);
        fresh.partitions().forEach(partition -> assertEquals(List.of(), ids(next, partition)));
    }

    @Test
    void c6_aDamagedSubscriptionRecordCostsNoCursor() throws IOException {
        open(LOG);
        Topic topic = topic("t1", 1);
        publish(topic, 0);
        publish(topic, 0);
        pass(2_000);
        background.drain(); // that was the checkpoint for a while
        long record = shard.broker().tail();
        shard.turn().createOrUpdate("group", SubscriptionSettings.STANDARD);
        endTurn();
        shard.turn();
        assertTrue(shard.broker().commit(shard.broker().subscription("group"), topic.partition(0), 1));
        endTurn();
        pass(2_000); // it is written once more
        shard.turn();
        assertTrue(shard.broker().commit(shard.broker().subscription("group"), topic.partition(0), 2));
        endTurn();

        Broker next = killedWithDamageAt(record);

        assertEquals(2, next.subscription("group").cursor(next.topic("t1").partition(0)));
        assertTrue(String.join(" ", next.openingReport()).contains("The log is damaged from position " + record),
                next.openingReport().toString());
    }

    @Test
    void c6_cursorsOfANamelessSubscriptionAreKeptUnderAGeneratedName() throws IOException {
        open(LOG);
        Topic topic = topic("t1", 1);
        publish(topic, 0);
        long record = shard.broker().tail();
        Subscription group = shard.turn().createOrUpdate("group", SubscriptionSettings.STANDARD);
        endTurn();
        shard.turn();
        assertTrue(shard.broker().commit(group, topic.partition(0), 1));
        endTurn();

        Broker next = killedWithDamageAt(record);

        String name = "recovered-subscription-" + group.number();
        assertNull(next.subscription("group"));
        assertEquals(1, next.subscription(name).cursor(next.topic("t1").partition(0)));
        assertTrue(String.join(" ", next.openingReport()).contains(name));
        background.drain();
        files = files.crash(false);
        Broker third = open(LOG);
        assertEquals(1, third.subscription(name).cursor(third.topic("t1").partition(0)), "and so in later runs");
    }

    @Test
    void c6_aDamagedSubscriptionRecordCostsNoCursorWhenOthersFollow() throws IOException {
        open(LOG);
        Topic topic = topic("t1", 1);
        publish(topic, 0);
        long record = shard.broker().tail();
        Subscription group = shard.turn().createOrUpdate("group", SubscriptionSettings.STANDARD);
        shard.broker().createOrUpdate("other", SubscriptionSettings.STANDARD);
        endTurn();
        shard.turn();
        assertTrue(shard.broker().commit(group, topic.partition(0), 1));
        endTurn();
        pass(2_000); // its record is written once more

        Broker next = killedWithDamageAt(record);

        assertEquals(1, next.subscription("group").cursor(next.topic("t1").partition(0)));
    }

    @Test
    void c6_aDamagedDeletionRecordDoesNotRestoreASubscriptionWhoseNameIsUsedAgain() throws IOException {
        open(LOG);
        Topic topic = topic("t1", 1);
        publish(topic, 0);
        Subscription group = shard.turn().createOrUpdate("group", SubscriptionSettings.STANDARD);
        endTurn();
        shard.turn();
        assertTrue(shard.broker().commit(group, topic.partition(0), 1));
        endTurn();
        long record = shard.turn().tail();
        assertTrue(shard.broker().delete(group));
        shard.broker().createOrUpdate("group", SubscriptionSettings.STANDARD);
        endTurn();

        Broker next = killedWithDamageAt(record - 8); // it is short

        assertEquals(-1, next.subscription("group").cursor(next.topic("t1").partition(0)));
        assertFalse(next.subscription("group").number() == group.number());
    }

    @Test
    void c6_oneRottenMessageMakesNoOtherPartitionJump() throws IOException {
        open(LOG);
        Topic topic = topic("t1", 2);
        publish(topic, 0);
        long record = shard.broker().tail();
        publish(topic, 1);
        publish(topic, 0);

        Broker next = killedWithDamageAt(record);

        assertEquals(2, next.end(next.topic("t1").partition(0)));
        assertEquals(1, next.end(next.topic("t1").partition(1)), "its offset was given out");
        assertEquals(List.of(), ids(next, next.topic("t1").partition(1)));
        publish(next.topic("t1"), 1);
        assertEquals(2, next.end(next.topic("t1").partition(1)));
    }

    /** Of a time that has rotten a segment would go before its time, or never. */
    @Test
    void c6_aRottenTimeDoesNotChangeTheAgeOfASegment() throws IOException {
        open(LOG);
        Topic topic = topic("t1", 1);
        while (shard.broker().log().segmentBases().length < 2) {
            publish(topic, 0);
        }
        publish(topic, 0);
        long second = shard.broker().log().segmentBases()[1];
        long time = shard.broker().log().lastTime(0);
        assertTrue(time > 0);
        shard.broker().log().force();
        background.drain();
        files = files.crash(false);
        files.flipBit("%020d.log".formatted(second), (64 + RecordFormat.TIME) * 8L);

        assertEquals(time, open(LOG).log().lastTime(0));
    }

    @Test
    void c6_theAgeBeforeAnUnreadableSegmentIsThatOfTheNextOne() throws IOException {
        open(LOG);
        Topic topic = topic("t1", 1);
        while (shard.broker().log().segmentBases().length < 3) {
            publish(topic, 0);
        }
        pass(1_000);
        publish(topic, 0);
        long[] bases = shard.broker().log().segmentBases();
        long time = shard.broker().log().lastTime(bases[1]);
        shard.broker().log().force();
        background.drain();
        files = files.crash(false);
        try (StoredFile second = files.openExisting("%020d.log".formatted(bases[1]))) {
            second.write(64, ByteBuffer.allocate((1 << 20) - 64));
        }

        Broker next = open(LOG);
        assertTrue(time > 0);
        assertEquals(time, next.log().lastTime(0));
        assertEquals(time, next.log().lastTime(0), "and so when it is asked again");
    }

    @Test
    void c9_aTopicChangeIsSoonInACheckpoint() throws IOException {
        open(LOG);
        pass(2_000);
        background.drain();
        long record = shard.broker().tail();
        Topic topic = topic("t1", 2);
        shard.turn().createOrUpdate("group", SubscriptionSettings.STANDARD);
        endTurn();
        publish(topic, 0);
        assertEquals(record - 1, Math.min(record - 1, shard.broker().store().checkpointed()), "not yet");

        pass(600_000);
        background.drain();
        Broker next = killedWithDamageAt(record);

        assertEquals(2, next.topic("t1").partitions().size());
        assertEquals(List.of(), next.openingReport(), "the checkpoint has it");
        long checkpoint = next.store().checkpointed();
        pass(1_300_000);
        background.drain();
        assertEquals(checkpoint, next.store().checkpointed(), "and where nothing changes none is made");
    }

    @Test
    void c12_aSlowDiskIsReportedOncePerForceAndNoRequestTimesOut() throws IOException {
        open(new LogSettings(1 << 20, 1 << 18, 1 << 14, true));
        List<Long> told = new ArrayList<>();
        shard.onSlowDisk(told::add);
        Topic topic = topic("t1", 1);
        background.drain();
        pass(2_000); // its record is written once more
        background.drain();
        told.clear();
        pass(10_000);
        assertEquals(List.of(), told);

        publish(topic, 0); // its force hangs
        publish(topic, 0);
        pass(9_000);
        assertEquals(1, told.size());
        assertTrue(told.get(0) >= 2_000 && told.get(0) < 4_000, "told after " + told);
        assertEquals(List.of(), ids(shard.broker(), topic.partition(0)));

        background.drain();
        endTurn();
        assertEquals(List.of(0L, 1L), ids(shard.broker(), topic.partition(0)));
        publish(topic, 0);
        pass(9_000);
        assertEquals(2, told.size());
    }
}
