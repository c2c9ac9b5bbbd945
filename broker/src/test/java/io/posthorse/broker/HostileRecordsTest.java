package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.Index;
import io.posthorse.log.LogCorruptException;
import io.posthorse.log.Section;
import io.posthorse.log.SectionBuffer;
import io.posthorse.log.Store;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedBackground;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Records and checkpoints that are whole by their checksums, and say what cannot be. */
class HostileRecordsTest {
    private final Directory directory = new Directory();

    /** Appends a record with any payload, as a turn of its own, and kills the broker. */
    private long killedBehind(byte type, byte[] payload) {
        Broker broker = directory.shard.broker();
        assertTrue(broker.log().admits(payload.length, 1, false));
        broker.log().reserve(payload.length);
        broker.log().staging().payload().put(payload);
        long position = broker.log().seal(type, 1, false);
        broker.log().write();
        directory.files = directory.files.crash(false);
        return position;
    }

    private static byte[] bytes(Event event) {
        ByteBuffer out = ByteBuffer.allocate(event.size());
        event.put(out);
        assertEquals(0, out.remaining());
        return out.array();
    }

    private void refused(byte type, byte[] payload) throws IOException {
        directory.open();
        long position = killedBehind(type, payload);
        LogCorruptException refusal = assertThrows(LogCorruptException.class, directory::open);
        assertTrue(refusal.getMessage().contains("posthorse set-aside " + position), refusal.getMessage());
        SetAside.add(directory.files, position);
        Broker broker = directory.open();
        assertTrue(String.join(" ", broker.openingReport()).contains(Long.toString(position)), "each start says so");
        directory.closed();
    }

    @Test
    void anImpossibleRecordRefusesTheStartAndCanBeSetAside() throws IOException {
        directory.open();
        Topic topic = directory.topic("t", 1);
        directory.publish(topic.partition(0), 10);
        Subscription own = directory.settler("own");
        int partition = topic.partition(0).id();
        directory.closed();

        refused(Event.TopicDeleted.TYPE, new byte[] {0, 9, 'x'});
        refused(Event.TopicDeleted.TYPE, new byte[] {0, 1, 'x', 0});
        refused(Event.TopicChanged.TYPE, bytes(new Event.TopicChanged("many", TopicSettings.of(1), 1 << 30)));
        refused(Event.TopicChanged.TYPE, bytes(new Event.TopicChanged("many", TopicSettings.of(1 << 30), 90)));
        refused(Event.TopicChanged.TYPE, bytes(new Event.TopicChanged("second", TopicSettings.of(1), partition)));
        refused(Event.SubscriptionChanged.TYPE,
                bytes(new Event.SubscriptionChanged("far", SubscriptionSettings.STANDARD, 1 << 30)));
        refused(Event.SubscriptionChanged.TYPE,
                bytes(new Event.SubscriptionChanged("second", SubscriptionSettings.STANDARD, own.number())));
        refused(Event.Jumped.TYPE, bytes(new Event.Jumped(1L << 62)));
        refused(Event.Jumped.TYPE, bytes(new Event.Jumped(-1)));
        refused(Event.Settled.TYPE, bytes(new Event.Settled(own.number(), partition, 5, 1L << 60)));
        refused(Event.Settled.TYPE, bytes(new Event.Settled(own.number(), partition, 0, 1L << 40)));
        refused(Event.Settled.TYPE, bytes(new Event.Settled(own.number(), partition, 5, -1)));
        refused(Event.Settled.TYPE, ByteBuffer.allocate(12).putInt(8, 1 << 30).array());
        refused(Event.Lent.TYPE, bytes(new Event.Lent(own.number(), partition, 1L << 60, 1, 1, new long[0])));
        refused(Event.Lent.TYPE, bytes(new Event.Lent(own.number(), partition, 1, 1, 1, new long[] {1L << 60})));
        refused(Event.TableChanged.TYPE, new byte[] {1, 0, 9, 'k', 0});
        refused(Event.TableChanged.TYPE, new byte[] {1, 0, 1, 'k', 2});
        refused(Event.TableChanged.TYPE, new byte[] {1, 0, 1, 'k', 0, 0});
        refused(Event.TableChanged.TYPE, new byte[] {1, 0, 1, 'k', 1, 0x7F, -1, -1, -1, 'v'});
        refused(Event.TableChanged.TYPE, new byte[] {1, 0, 1, 'k', 1, -1, -1, -1, -1});
        refused(Event.TableChanged.TYPE, bytes(new Event.TableChanged(new TableEntry(1, new byte[0], null))));
        refused(Event.TableChanged.TYPE, bytes(new Event.TableChanged(new TableEntry(1, new byte[1_025], null))));
        refused(Event.TableChanged.TYPE, bytes(new Event.TableChanged(
                new TableEntry(1, new byte[1], new byte[Tables.VALUE_BYTES_MAX + 1]))));
        refused((byte) 99, new byte[8]);

        Broker broker = directory.shard.broker();
        assertEquals(1, broker.end(broker.topic("t").partition(0)), "nothing else is lost");
    }

    /** As builds of before could write it: the start is not refused, and what is sent afterwards is handed out. */
    @Test
    void settlementsBeyondTheLastMessageDoNotCountForLaterOnes() throws IOException {
        directory.open();
        Topic topic = directory.topic("t", 1);
        directory.publish(topic.partition(0), 10);
        Subscription own = directory.settler("own");
        killedBehind(Event.Settled.TYPE, bytes(new Event.Settled(own.number(), topic.partition(0).id(), 0, 1_000)));
        Broker next = directory.open();
        Partition again = next.topic("t").partition(0);
        directory.publish(again, 10);
        assertTrue(next.settlements().isSettled(next.subscription("own"), again, 0));
        assertFalse(next.settlements().isSettled(next.subscription("own"), again, 1));
    }

    @Test
    void randomPayloadsAtMostRefuseTheStart() throws IOException {
        SeededEntropy entropy = new SeededEntropy(Long.getLong("hostile.seed", 1));
        directory.open();
        Topic topic = directory.topic("t", 2);
        directory.publish(topic.partition(0), 10);
        directory.settler("own");
        directory.closed();
        int partition = topic.partition(0).id();
        Event[] legal = {
            new Event.TopicChanged("t", TopicSettings.of(3), 90), new Event.TopicDeleted("u"),
            new Event.SubscriptionChanged("new", SubscriptionSettings.settled(new SubscriptionOrigin("u", "d", "s", true)),
            1),
            new Event.SubscriptionDeleted("v"), new Event.CursorMoved(0, partition, 1), new Event.Jumped(3),
            new Event.WaitEnded(3, 0), new Event.Checked(0, 1, 1),
            new Event.Lent(0, partition, 1, 1, 1, new long[] {0}), new Event.LentSettled(0, partition, 0),
            new Event.LeaseChanged(0, partition, 0, 1, 1), new Event.Settled(0, partition, 0, 1, 3, 1),
            new Event.Returned(0, partition, 0, 1), new Event.GroupPrepared("g", 8, out -> out.putLong(0)),
            new Event.GroupDecided("g"), new Event.Nothing(),
            new Event.TableChanged(new TableEntry(1, new byte[] {'k', 'e', 'y'}, new byte[] {'v', 'w'})),
            new Event.TableChanged(new TableEntry(1, new byte[] {'k'}, null))};
        int refused = 0;
        for (int i = 0; i < 1_000; i++) {
            Event event = legal[entropy.below(legal.length)];
            byte type = event.type();
            byte[] payload = spoilt(bytes(event), entropy);
            long position = killedBehind(type, payload);
            String what = "type " + type + ", attempt " + i;
            try {
                long begin = System.nanoTime();
                directory.open();
                assertTrue(System.nanoTime() - begin < Duration.ofSeconds(20).toNanos(), what);
            } catch (LogCorruptException e) {
                refused++;
                SetAside.add(directory.files, position);
                Assertions.assertDoesNotThrow(directory::open, what);
            }
            if (i % 50 == 49 || directory.shard.broker().topic("t") == null
                    || directory.shard.broker().subscription("own") == null) {
                directory.files = new Directory().files;
                directory.open();
                directory.topic("t", 2);
                directory.settler("own");
            }
        }
        assertTrue(refused > 100 && refused < 900, refused + " of 1,000 refused");
    }

    /** The bytes with up to three changed, and one time in five with some more or less. */
    private static byte[] spoilt(byte[] bytes, SeededEntropy entropy) {
        byte[] payload = entropy.percent(20) ? Arrays.copyOf(bytes, entropy.below(bytes.length + 10)) : bytes;
        for (int left = entropy.below(4); left > 0 && payload.length > 0; left--) {
            payload[entropy.below(payload.length)] = (byte) (entropy.percent(50) ? entropy.below(4) : entropy.below(256));
        }
        return payload;
    }

    /** What is no UTF-8 takes three bytes where it took one, and the next checkpoint writes the name again. */
    @Test
    void aNameOfInvalidUtf8IsRefused() throws IOException {
        byte[] name = new byte[2 + 40_000];
        Arrays.fill(name, (byte) 0xFF);
        ByteBuffer.wrap(name).putShort((short) 40_000);
        refused(Event.TopicDeleted.TYPE, name);
        ByteBuffer topic = ByteBuffer.allocate(name.length + 16).put(name);
        FieldCodec.put(topic, TopicSettings.of(1));
        refused(Event.TopicChanged.TYPE, Arrays.copyOf(topic.putInt(90).array(), topic.position()));
    }

    // ---- case D3: names longer than their length can say

    private static byte[] overlong(String name, SubscriptionSettings settings, int number) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(2 + text.length + FieldCodec.size(settings) + 4);
        out.putShort((short) text.length).put(text);
        FieldCodec.put(out, settings);
        return out.putInt(number).array();
    }

    @Test
    void anOverlongNameInARecordCostsItsSubscriptionOnly() throws IOException {
        for (int chars : new int[] {65_536, 66_000, 140_001}) {
            Broker broker = directory.open();
            Topic topic = directory.topic("t" + chars, 1);
            directory.publish(topic.partition(0), 10);
            int number = broker.state().subscriptions.next();
            killedBehind(Event.SubscriptionChanged.TYPE,
                    overlong("JMS-" + "%2E".repeat(chars / 3) + "|s", SubscriptionSettings.settled(null), number));

            Broker next = directory.open();

            assertEquals(1, next.end(next.topic("t" + chars).partition(0)));
            assertTrue(String.join(" ", next.openingReport()).contains("1 durable subscriptions were left out"));
            assertTrue(next.state().subscriptions.next() > number, "nobody else gets its number");
            Subscription later = directory.settler("later" + chars);
            directory.closed();
            assertEquals(later.number(), directory.shard.broker().subscription("later" + chars).number());
        }
    }

    @Test
    void anOverlongNameInACheckpointCostsItsSubscriptionOnly() throws IOException {
        Broker broker = directory.open();
        Topic topic = directory.topic("t", 1);
        directory.publish(topic.partition(0), 10);
        Subscription first = directory.settler("JMS-a");
        Subscription last = directory.settler("JMS-z");
        directory.shard.turn();
        broker.settlements().settle(last, topic.partition(0), 0);
        directory.rest();
        int number = broker.state().subscriptions.next();
        ByteBuffer whole = WholeStates.of(broker.state());
        // "JMS-%2E...|s" stands between the two, with a cursor, and with a row in each of the two lists behind
        byte[] name = ("JMS-" + "%2E".repeat(22_000) + "|s").getBytes(StandardCharsets.UTF_8);
        ByteBuffer state = ByteBuffer.allocate(whole.remaining() + name.length + 200);
        int before = find(whole, "JMS-a") - 2;
        state.put(whole.duplicate().limit(before)).putInt(4, number + 1).putInt(before - 4, 3);
        state.putShort((short) name.length).put(name).putInt(number);
        FieldCodec.put(state, SubscriptionSettings.settled(null));
        state.putInt(1).putInt(topic.partition(0).id()).putLong(0);
        int lists = whole.limit() - 8 - 1 - 4 - settledLists(last) - 4 - 4;
        state.put(whole.duplicate().position(before).limit(lists)).putInt(0);
        state.put(whole.duplicate().position(lists).limit(lists + 8)).putInt(0);
        state.put(whole.duplicate().position(lists + 8));
        directory.files = directory.files.crash(false);
        long position = appended(NONE);
        WholeStates.write(directory.files, position, state.flip());

        Broker next = directory.open();

        assertNotNull(next.subscription("JMS-a"));
        assertNotNull(next.subscription("JMS-z"));
        assertEquals(first.number(), next.subscription("JMS-a").number());
        assertTrue(next.settlements().isSettled(next.subscription("JMS-z"), next.topic("t").partition(0), 0));
        assertTrue(String.join(" ", next.openingReport()).contains("1 durable subscriptions were left out"));
        assertEquals(2, next.subscriptions().size());
    }

    private static int settledLists(Subscription last) {
        return 4 + 4 + last.places().iterator().next().settled.snapshotSize();
    }

    private static int find(ByteBuffer bytes, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
        for (int at = 0; ; at++) {
            if (bytes.slice(at, wanted.length).equals(ByteBuffer.wrap(wanted))) {
                return at;
            }
        }
    }

    private static final Section NONE = null;

    /**
     * Appends a record that says nothing, behind which a checkpoint may stand; has the log below write it where there is a
     * section for it.
     *
     * @return where the log ends
     */
    private long appended(Section section) throws IOException {
        SimulatedBackground background = new SimulatedBackground();
        Store.State any = new Store.State() {
            @Override
            public void restore(ByteBuffer bytes) {}

            @Override
            public void restore(Section restored) {}

            @Override
            public void restored() {}

            @Override
            public void beginFreeze(SectionBuffer out) {
                out.add(section.kind, section.key, section.value().remaining()).put(section.value());
            }

            @Override
            public void changeAll() {}

            @Override
            public boolean freeze() {
                return false;
            }

            @Override
            public ByteBuffer combine(byte kind, ByteBuffer older, ByteBuffer newer) {
                return newer;
            }

            @Override
            public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {}

            @Override
            public void record(ByteBuffer bytes, int at, long position, int length) {}
        };
        Store store = Store.open(directory.files, Directory.LOG, background, new Index(), any);
        store.start();
        store.log().admits(0, 1, false);
        store.log().reserve(0);
        store.log().seal(Event.Nothing.TYPE, 1, false);
        store.log().write();
        if (section != NONE) {
            store.checkpoint();
            store.advance();
        }
        background.drain();
        directory.files = directory.files.crash(false);
        return store.log().tail();
    }

    @Test
    void anImpossibleOldCheckpointRefusesTheStartAndSaysWhatToDo() throws IOException {
        closed();
        long position = appended(NONE);
        WholeStates.write(directory.files, position,
                ByteBuffer.allocate(12).putInt(1 << 30).putInt(1 << 30).putInt(1 << 30).flip());
        theCheckpointBeforeIsUsedOnceTheRefusedOneIsMoved();
    }

    @Test
    void anImpossibleSectionRefusesTheStartAndSaysWhatToDo() throws IOException {
        byte[] one = {0, 0, 0, 1};
        List<Section> hostile = List.of(
                section(0, new byte[0], ByteBuffer.allocate(17).putInt(0, -1)),
                section(0, new byte[0], ByteBuffer.allocate(16)),
                section(0, new byte[0], ByteBuffer.allocate(18)),
                section(1, "new".getBytes(StandardCharsets.UTF_8), ByteBuffer.allocate(3)),
                section(2, new byte[0], ByteBuffer.allocate(4).putInt(0, 1 << 30)),
                section(3, one, ByteBuffer.allocate(8)),
                section(3, new byte[0], ByteBuffer.allocate(8)),
                section(4, one, ByteBuffer.allocate(9)),
                section(5, new byte[8], ByteBuffer.allocate(64).putLong(0, 1)),
                section(5, new byte[8], ByteBuffer.allocate(60)),
                section(5, new byte[] {-1, 0, 0, 0, 0, 0, 0, 0}, ByteBuffer.allocate(64)),
                section(6, new byte[8], ByteBuffer.allocate(19)),
                section(6, new byte[8], ByteBuffer.allocate(20).putLong(0, 512)),
                section(7, new byte[8], ByteBuffer.allocate(8).putLong(0, -1)),
                section(8, one, ByteBuffer.allocate(7)),
                section(8, new byte[] {-1, -2}, ByteBuffer.allocate(8)),
                section(1, new byte[] {-1, -2}, emptyTopic()),
                section(99, one, ByteBuffer.allocate(0)));
        for (Section section : hostile) {
            directory.files = new FaultyFileStore(new SeededEntropy(1));
            closed();
            appended(section);
            theCheckpointBeforeIsUsedOnceTheRefusedOneIsMoved();
        }
    }

    private static ByteBuffer emptyTopic() {
        ByteBuffer value = ByteBuffer.allocate(FieldCodec.size(TopicSettings.of(1)) + 4);
        FieldCodec.put(value, TopicSettings.of(1));
        return value.putInt(0);
    }

    private static Section section(int kind, byte[] key, ByteBuffer value) {
        return new Section((byte) kind, key, value.position(0));
    }

    private void closed() throws IOException {
        directory.open();
        directory.topic("t", 1);
        directory.closed();
        directory.files = directory.files.crash(false);
    }

    private void theCheckpointBeforeIsUsedOnceTheRefusedOneIsMoved() throws IOException {
        LogCorruptException refusal = assertThrows(LogCorruptException.class, directory::open);

        assertTrue(refusal.getMessage().contains("Move the *.checkpoint file that ends last"), refusal.getMessage());
        List<String> checkpoints = directory.files.list().stream().filter(n -> n.endsWith(".checkpoint"))
                .sorted(Comparator.comparing(HostileRecordsTest::end)).toList();
        directory.files.delete(checkpoints.getLast());
        directory.files.delete(checkpoints.getLast() + "-copy");
        assertNotNull(directory.open().topic("t"), "the one before it is used then");
    }

    private static String end(String checkpoint) {
        return checkpoint.substring(checkpoint.length() - 20 - ".checkpoint".length());
    }

    // ---- the door

    @Test
    void namesAndSettingsThatCannotBeStoredAreRefused() throws IOException {
        Broker broker = directory.open();
        directory.shard.turn();
        long tail = broker.tail();
        String longest = "x".repeat(Bounds.NAME_BYTES_MAX);
        assertThrows(IllegalArgumentException.class,
                () -> broker.createOrUpdate(longest + "x", TopicSettings.of(1)));
        assertThrows(IllegalArgumentException.class,
                () -> broker.createOrUpdate("é".repeat(Bounds.NAME_BYTES_MAX / 2 + 1), SubscriptionSettings.STANDARD));
        assertThrows(IllegalArgumentException.class, () -> broker.createOrUpdate("", SubscriptionSettings.STANDARD));
        assertThrows(IllegalArgumentException.class, () -> broker.createOrUpdate("s",
                SubscriptionSettings.settled(new SubscriptionOrigin("u", "d", "x".repeat(70_000), false))));
        assertThrows(IllegalArgumentException.class,
                () -> broker.createOrUpdate("t", TopicSettings.of(TopicSettings.PARTITIONS_MAX + 1)));
        assertEquals(tail, broker.tail(), "nothing was written");
        assertNotNull(broker.createOrUpdate(longest, TopicSettings.of(1)));
        directory.closed();
        assertNotNull(directory.shard.broker().topic(longest));
        assertNull(directory.shard.broker().topic("t"));
    }
}
