package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.RecordFormat;
import io.posthorse.testkit.SimulatedBackground;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What may have to come from the disk is read, checked and translated before it is lent or shown. */
class OldMessagesTest {
    private static final int BODY = 100;

    private final Directory directory = new Directory();
    private final SimulatedBackground reader = new SimulatedBackground();
    private final LentBatch lent = new LentBatch();
    private OldMessages old;
    private Partition partition;
    private Subscription group;

    /** Shows messages of {@link ForeignFormat} as their body, in capitals. */
    private static final class CommonFormat extends TestFormat {
        @Override
        public ByteBuffer render(PlainMessage message) {
            return ByteBuffer.wrap(((PlainMessage.Text) message.body()).text().toUpperCase(Locale.ROOT).getBytes());
        }
    }

    /** A format of which a message is the bytes of its text. */
    private static final class ForeignFormat extends TestFormat {
        static final byte FOREIGN = 8;

        @Override
        public byte id() {
            return FOREIGN;
        }

        @Override
        public void stamp(ByteBuffer bytes, int at, long offset, long position, long timeMs) {}

        @Override
        public PlainMessage plain(ByteBuffer bytes, int at, int length) {
            byte[] text = new byte[length];
            bytes.get(at, text);
            return new PlainMessage(
                    new PlainMessage.Place("t", 0, 0, 0, 0), null, null, null, null, null, List.of(),
                    new MessageTraits(4, 0, true, null, false), 0, Map.of(), new PlainMessage.Text(new String(text)));
        }
    }

    private record Foreign(String text) implements Message {
        @Override
        public int length() {
            return text.length();
        }

        @Override
        public int tag() {
            return 0;
        }

        @Override
        public int keys() {
            return 0;
        }

        @Override
        public int key(int i) {
            return 0;
        }

        @Override
        public byte format() {
            return ForeignFormat.FOREIGN;
        }

        @Override
        public void write(ByteBuffer out) {
            out.put(text.getBytes());
        }
    }

    @BeforeEach
    void open() throws IOException {
        directory.hotBytes = 0;
        directory.format = new CommonFormat();
        directory.others = List.of(new ForeignFormat());
        directory.open();
        partition = directory.topic("t", 1).partition(0);
        group = directory.shard.turn().createOrUpdate("g", SubscriptionSettings.STANDARD);
        directory.shard.turn().leases().begin(group, partition, 0);
        directory.rest();
        old = new OldMessages(directory.shard.broker(), reader);
    }

    private long receipt;

    private boolean lend(int most, long leaseMs) {
        Broker broker = directory.shard.turn();
        boolean done = broker.leases().lend(new Leases.Request(
                group, partition, most, 1 << 20, leaseMs, ++receipt, false, TagFilter.ALL, (s, p, o, d) -> false), lent);
        directory.rest();
        return done;
    }

    private List<Long> offsets() {
        List<Long> offsets = new ArrayList<>();
        for (int i = 0; i < lent.count(); i++) {
            offsets.add(lent.offset(i));
        }
        return offsets;
    }

    private String text() {
        ByteBuffer out = ByteBuffer.allocate(lent.messages().bytes());
        lent.messages().copy(out, 0);
        return new String(out.array());
    }

    @Test
    void messagesAreLentOnlyOnceResident() {
        for (int i = 0; i < 5; i++) {
            directory.publish(partition, BODY);
        }
        assertTrue(lend(10, 60_000));
        assertEquals(0, lent.count());
        assertNotNull(lent.missing());
        RetriedRequest retry = new RetriedRequest();
        List<Long> then = new ArrayList<>();
        retry.onRead(() -> {
            lend(10, 60_000);
            then.addAll(offsets());
        });
        old.read(lent.missing(), retry);
        assertTrue(retry.isReading());
        assertEquals(List.of(), then);
        reader.drain();
        assertFalse(retry.isReading());
        assertEquals(List.of(0L, 1L, 2L, 3L, 4L), then);
        assertFalse(lent.messages().isCold());
    }

    @Test
    void aMessageGivenBackIsReadBeforeItIsLentAgain() {
        directory.publish(partition, BODY);
        lend(10, 500);
        read();
        lend(10, 500);
        assertEquals(List.of(0L), offsets());
        for (int i = 0; i < 200; i++) {
            directory.publish(partition, 200_000); // which displace it
            lend(1, 60_000);
            read();
            lend(1, 60_000);
        }
        directory.pass(1_000);
        while (lent.missing() != null || !offsets().contains(0L)) {
            lend(1, 60_000);
            read();
        }
        assertEquals(2, lent.deliveries(0));
    }

    private void read() {
        if (lent.missing() != null) {
            old.read(lent.missing(), new RetriedRequest());
            reader.drain();
        }
    }

    @Test
    void aRottenMessageIsOmitted() throws IOException {
        for (int i = 0; i < 5; i++) {
            directory.publish(partition, BODY);
        }
        long position = directory.shard.broker().positionOf(partition, 2);
        directory.files.flipBit("%020d.log".formatted(0), (position + RecordFormat.NATIVE + TestFormat.HEADER + 5) * 8);
        lend(10, 60_000);
        read();
        lend(10, 60_000);
        assertEquals(List.of(0L, 1L, 3L, 4L), offsets());
    }

    @Test
    void oldMessagesOfOtherFormatsAreConverted() {
        for (String text : List.of("one ", "two ", "three ")) {
            Broker broker = directory.shard.turn();
            assertEquals(Admission.ADMITTED, broker.admit(text.length(), 1));
            broker.publish(partition, new Foreign(text), false);
            directory.rest();
        }
        lend(10, 60_000);
        read();
        lend(10, 60_000);
        assertEquals("ONE TWO THREE ", text());

        FetchResult fetch = new FetchResult();
        directory.shard.broker().fetch(partition, 1, 10, 1 << 20, TagFilter.ALL, fetch);
        assertTrue(old.areResident(fetch));
        ByteBuffer out = ByteBuffer.allocate(fetch.bytes());
        fetch.copy(out, 0);
        assertEquals("TWO THREE ", new String(out.array()));
    }

    @Test
    void anAnswerEndsBeforeTheFirstMessageThatIsNotResident() {
        for (int i = 0; i < 1_000; i++) {
            directory.publish(partition, BODY);
        }
        FetchResult fetch = new FetchResult();
        Broker broker = directory.shard.broker();
        long next = 0;
        int reads = 0;
        List<Long> all = new ArrayList<>();
        while (next < 1_000) {
            broker.fetch(partition, next, 1_000, 1 << 20, TagFilter.ALL, fetch);
            if (!old.areResident(fetch)) {
                assertEquals(next, fetch.offset(0));
                old.read(fetch, new RetriedRequest());
                reader.drain();
                reads++;
                continue;
            }
            for (int i = 0; i < fetch.count(); i++) {
                all.add(fetch.offset(i));
            }
            next = fetch.next();
        }
        assertEquals(1_000, all.stream().distinct().count());
        assertEquals(1_000, all.size());
        assertTrue(reads >= 4, reads + " batches");
    }

    @Test
    void requestsForTheSameLargeMessageShareItsCopy() {
        directory.publish(partition, 200_000);
        List<Integer> answered = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            int number = i;
            RetriedRequest retry = new RetriedRequest();
            Runnable ask = () -> {
                FetchResult fetch = new FetchResult();
                directory.shard.broker().fetch(partition, 0, 1, 1 << 20, TagFilter.ALL, fetch);
                if (old.areResident(fetch)) {
                    answered.add(number);
                } else {
                    assertTrue(old.read(fetch, retry));
                }
            };
            retry.onRead(ask);
            ask.run();
        }
        for (int i = 0; i < 1_000 && reader.hasJobs(); i++) {
            reader.runJob();
            reader.deliver();
        }
        assertEquals(200, answered.size());
        assertFalse(reader.hasJobs(), "nobody reads any more");
    }

    @Test
    void anUndeliveredMessageIsReadAgainInsteadOfSkipped() {
        for (int i = 0; i < 3; i++) {
            directory.publish(partition, BODY);
        }
        Broker broker = directory.shard.broker();
        FetchResult fetch = new FetchResult();
        broker.fetch(partition, 0, 10, 1 << 20, TagFilter.ALL, fetch);
        RecordCache copies = new RecordCache(1, position -> false);
        byte[] bytes = new byte[TestFormat.HEADER + BODY];
        copies.add(new OriginalRead.Copy(fetch.position(0), TestFormat.ID, true, ByteBuffer.wrap(bytes)));
        copies.add(new OriginalRead.Copy(fetch.position(1), (byte) 0, false, null));
        assertTrue(HeldMessages.take(broker, copies, fetch));
        assertEquals(1, fetch.count());
        assertEquals(1, fetch.next(), "it is asked for again");
        assertNull(copies.at(fetch.position(1)), "and read anew");
        assertEquals(TestFormat.HEADER + BODY, copies.at(fetch.position(0)).size());
    }

    @Test
    void aFailingRequestAffectsNoOther() {
        directory.publish(partition, BODY);
        int[] tried = new int[1];
        for (int i = 0; i < 30; i++) {
            FetchResult fetch = new FetchResult();
            directory.shard.broker().fetch(partition, 0, 1, 1 << 20, TagFilter.ALL, fetch);
            RetriedRequest retry = new RetriedRequest();
            retry.onRead(() -> {
                tried[0]++;
                throw new IllegalStateException("a planted failure");
            });
            old.read(fetch, retry);
        }
        reader.drain();
        assertEquals(30, tried[0]);
        assertEquals(30, directory.faults.size());
    }

    @Test
    void aStepThatFoundOnlyUnwantedMessagesSaysThatThereMayBeMore() throws IOException {
        directory.hotBytes = 1L << 40;
        directory.killed();
        partition = directory.shard.broker().topic("t").partition(0);
        group = directory.shard.broker().subscription("g");
        for (int i = 0; i < 10_500; i++) {
            directory.publish(partition, 1);
        }
        TagFilter none = tag -> false;
        Broker broker = directory.shard.turn();
        Leases.Request request = new Leases.Request(
                group, partition, 10, 1 << 20, 60_000, 7, false, none, (s, p, o, d) -> false);
        assertTrue(broker.leases().lend(request, lent));
        assertTrue(lent.hasMovedOn());
        directory.rest();
        assertTrue(directory.shard.turn().leases().lend(request, lent));
        assertTrue(lent.hasMovedOn(), "to the end");
        assertTrue(directory.shard.turn().leases().lend(request, lent));
        assertFalse(lent.hasMovedOn());
        directory.rest();
    }

    @Test
    void manyRequestsAreReadInTurn() {
        directory.publish(partition, BODY);
        int[] tried = new int[1];
        for (int i = 0; i < 100; i++) {
            lend(1, 60_000);
            FetchResult fetch = new FetchResult();
            directory.shard.broker().fetch(partition, 0, 1, 1 << 20, TagFilter.ALL, fetch);
            RetriedRequest retry = new RetriedRequest();
            retry.onRead(() -> tried[0]++);
            old.read(fetch, retry);
        }
        reader.drain();
        assertEquals(100, tried[0]);
        assertEquals(0, lent.count());
    }
}
