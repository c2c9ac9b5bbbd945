package io.posthorse.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.LogSettings;
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
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages found by what is in them: the id, which is also the offset here. Hot ones by the owner, cold ones later. */
class ContentReaderTest {
    private static final int BODY = 100;
    private static final int NATIVE = TestFormat.HEADER + BODY;
    private static final int PLENTY = 1 << 20;

    private final ArrayDeque<Runnable> owner = new ArrayDeque<>();
    private final FetchResult fetch = new FetchResult();
    private final List<Long> asked = new ArrayList<>();
    private Shard shard;
    private Partition partition;

    /** Chooses by id; spent after so many messages. */
    private final class ById implements TagFilter {
        private final LongPredicate wanted;
        private final int most;
        private final boolean byTag;

        ById(LongPredicate wanted, int most, boolean byTag) {
            this.wanted = wanted;
            this.most = most;
            this.byTag = byTag;
        }

        @Override
        public boolean matches(int tag) {
            return !byTag || tag == 0;
        }

        @Override
        public ContentFilter content() {
            return new ContentFilter() {
                private int looked;

                @Override
                public boolean matches(ByteBuffer bytes, int at, int length) {
                    assertEquals(NATIVE, length);
                    looked++;
                    asked.add(bytes.getLong(at));
                    return wanted.test(bytes.getLong(at));
                }

                @Override
                public boolean isSpent() {
                    return looked >= most;
                }
            };
        }
    }

    private ById where(LongPredicate wanted) {
        return new ById(wanted, Integer.MAX_VALUE, false);
    }

    @BeforeEach
    void open() throws IOException {
        open(1L << 40);
    }

    private void open(long hotBytes) throws IOException {
        SimulatedClock clock = new SimulatedClock(1_700_000_000_000L);
        BrokerSettings settings = new BrokerSettings(
                100, 100, 16, new InternalTopics("schedule", "timed", "prepared", "suspended"), List.of(50L),
                new PostponedLimits(500, 500, 700, 3), 1L << 40, 200, hotBytes,
                new Retention(1L << 50, 1L << 50, 1, ms -> false));
        Broker broker = Broker.open(
                new FaultyFileStore(new SeededEntropy(1)), new LogSettings(1 << 20, 1 << 18, 1 << 14, false),
                new SimulatedBackground(), settings, List.of(new TestFormat()));
        shard = new Shard(broker, clock, new SimulatedTimers(clock), owner::add);
        partition = shard.turn().createOrUpdate("t", TopicSettings.of(1)).partition(0);
        endTurn();
    }

    private void endTurn() {
        for (Runnable task = owner.poll(); task != null; task = owner.poll()) {
            task.run();
        }
    }

    private void publish(int count) {
        for (int i = 0; i < count; i++) {
            Broker broker = shard.turn();
            assertEquals(Admission.ADMITTED, broker.admit(NATIVE, 1));
            broker.publish(partition, new TestFormat.Sent(broker.lastOffset(partition) + 1, 0, BODY), false);
            endTurn();
        }
    }

    private void find(long offset, int countMax, int bytesMax, TagFilter filter) {
        asked.clear();
        shard.broker().fetch(partition, offset, countMax, bytesMax, filter, fetch);
    }

    private List<Long> ids(ByteBuffer bytes) {
        List<Long> ids = new ArrayList<>();
        for (int at = 0; at < bytes.limit(); at += NATIVE) {
            assertTrue(TestFormat.isIntact(bytes.slice(at, NATIVE), BODY));
            ids.add(bytes.getLong(at));
        }
        return ids;
    }

    private List<Long> found() {
        assertFalse(fetch.isCold());
        ByteBuffer out = ByteBuffer.allocate(fetch.bytes());
        fetch.copy(out, 0);
        return ids(out);
    }

    private record Answer(List<Long> ids, long next) {}

    private Answer readCold() {
        assertTrue(fetch.isCold());
        assertEquals(List.of(), asked, "the owner does not look into cold messages");
        ColdRead read = shard.broker().beginRead(fetch);
        ByteBuffer out = ByteBuffer.allocate(read.bytes());
        read.read(out);
        read.end();
        return new Answer(ids(out.flip()), read.next());
    }

    private static List<Long> range(long from, long to) {
        return LongStream.range(from, to).boxed().toList();
    }

    @Test
    void recentMessagesAreExaminedAtOnce() {
        publish(100);
        find(10, 32, PLENTY, where(id -> id % 7 == 0));

        assertEquals(FetchResult.Status.FOUND, fetch.status());
        assertEquals(List.of(14L, 21L, 28L, 35L, 42L, 49L, 56L, 63L, 70L, 77L, 84L, 91L, 98L), found());
        assertEquals(100, fetch.next());
        assertEquals(range(10, 100), asked);
    }

    @Test
    void anEmptyResultSaysWhereToContinue() {
        publish(100);
        find(0, 32, PLENTY, where(id -> false));
        assertEquals(FetchResult.Status.NO_MATCH, fetch.status());
        assertEquals(100, fetch.next());
        find(100, 32, PLENTY, where(id -> true));
        assertEquals(FetchResult.Status.AT_END, fetch.status());
    }

    @Test
    void theTagIsCheckedBeforeTheContent() {
        publish(20);
        find(0, 32, PLENTY, new ById(id -> id > 9, 100, true));
        assertEquals(List.of(12L, 16L), found());
        assertEquals(List.of(0L, 4L, 8L, 12L, 16L), asked);
    }

    @Test
    void countAndBytesOfAnAnswerAreLimited() {
        publish(100);
        find(0, 3, PLENTY, where(id -> id % 2 == 1));
        assertEquals(List.of(1L, 3L, 5L), found());
        assertEquals(6, fetch.next());
        find(0, 32, 2 * NATIVE + 1, where(id -> id % 2 == 1));
        assertEquals(List.of(1L, 3L), found());
        assertEquals(5, fetch.next());
        find(0, 32, 1, where(id -> id == 50));
        assertEquals(List.of(50L), found());
    }

    @Test
    void oneReadExaminesABoundedNumberOfMessages() {
        publish(2_100);
        find(0, 32, PLENTY, where(id -> id == 2_050));
        assertEquals(FetchResult.Status.NO_MATCH, fetch.status());
        assertEquals(2_000, fetch.next());
        find(fetch.next(), 32, PLENTY, where(id -> id == 2_050));
        assertEquals(List.of(2_050L), found());
        assertEquals(2_100, fetch.next());
    }

    @Test
    void aSpentFilterEndsTheRead() {
        publish(100);
        find(0, 32, PLENTY, new ById(id -> id == 1, 10, false));
        assertEquals(List.of(1L), found());
        assertEquals(10, fetch.next());
        assertEquals(range(0, 10), asked);
    }

    @Test
    void oldMessagesAreExaminedByTheReadingThread() throws IOException {
        open(20 * 1024);
        publish(300);
        find(0, 32, PLENTY, where(id -> id % 10 == 3));

        assertEquals(FetchResult.Status.FOUND, fetch.status());
        long hot = fetch.next();
        assertTrue(hot > 100 && hot < 250, "the first recent one is " + hot);
        assertEquals(new Answer(range(0, hot).stream().filter(id -> id % 10 == 3).toList(), hot), readCold());
        find(hot, 32, PLENTY, where(id -> id % 10 == 3));
        assertEquals(range(hot, 300).stream().filter(id -> id % 10 == 3).toList(), found());
    }

    @Test
    void aColdAnswerHasTheSameLimits() throws IOException {
        open(20 * 1024);
        publish(1_500);

        find(0, 3, PLENTY, where(id -> id % 2 == 1));
        assertEquals(new Answer(List.of(1L, 3L, 5L), 6), readCold());
        find(0, 32, 2 * NATIVE + 1, where(id -> id % 2 == 1));
        assertEquals(new Answer(List.of(1L, 3L), 5), readCold());
        find(0, 32, 1, where(id -> id == 50));
        assertEquals(List.of(50L), readCold().ids());
        find(0, 32, PLENTY, new ById(id -> id == 1, 10, false));
        assertEquals(new Answer(List.of(1L), 10), readCold());
        find(0, 32, PLENTY, where(id -> false));
        assertEquals(new Answer(List.of(), FetchResult.COUNT_MAX), readCold());
        find(5, 32, PLENTY, new ById(id -> id > 9, 3, true));
        assertEquals(new Answer(List.of(12L, 16L), 20), readCold());
    }

    @Test
    void everyMessageIsFoundOnceWhereverItLies() throws IOException {
        open(50 * 1024);
        publish(2_000);
        List<Long> all = new ArrayList<>();
        long offset = 0;
        while (offset < 2_000) {
            find(offset, 7, 5 * NATIVE, new ById(id -> id % 3 != 1, 11, false));
            if (fetch.isCold()) {
                Answer answer = readCold();
                all.addAll(answer.ids());
                offset = answer.next();
            } else {
                all.addAll(found());
                offset = fetch.next();
            }
        }
        assertEquals(range(0, 2_000).stream().filter(id -> id % 3 != 1).toList(), all);
    }

    @Test
    void onlyOldMessagesThatMatchTheContentFilterAreLent() throws IOException {
        open(20 * 1024);
        publish(1_500);
        Subscription group = shard.turn().createOrUpdate("g", SubscriptionSettings.STANDARD);
        endTurn();
        LentBatch lent = new LentBatch();
        List<Long> all = new ArrayList<>();
        while (all.size() < 150) {
            Broker broker = shard.turn();
            Leases.Request request = new Leases.Request(
                    group, partition, 7, PLENTY, 60_000, all.size() + 1, false, where(id -> id % 10 == 3),
                    (subscription, of, offset, deliveries) -> false);
            assertTrue(broker.leases().lend(request, lent));
            if (lent.missing() != null) {
                assertEquals(0, lent.count());
                new OldMessages(broker, new ImmediateBackground()).read(lent.missing(), new RetriedRequest());
                assertTrue(broker.leases().lend(request, lent));
                assertNull(lent.missing());
            }
            assertTrue(lent.count() <= 7, "lent " + lent.count());
            for (int i = 0; i < lent.count(); i++) {
                all.add(lent.offset(i));
            }
            endTurn();
        }
        assertEquals(range(0, 1_500).stream().filter(id -> id % 10 == 3).toList(), all);
    }
}
