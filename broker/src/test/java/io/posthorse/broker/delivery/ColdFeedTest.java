package io.posthorse.broker.delivery;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Messages that may have to come from the disk are read by another thread, and checked there. */
class ColdFeedTest {
    private Post post;

    /** Everything is cold that is not in the newest 2 KiB of the log. */
    @BeforeEach
    void open() throws IOException {
        post = new Post(1, (feed, partition, offset, position, traits) -> false, 2_048);
    }

    private void publish(int count) {
        for (int i = 1; i <= count; i++) {
            post.publish(0, Letter.plain(i));
        }
        post.rest();
    }

    private static List<Long> ids(long count) {
        return LongStream.rangeClosed(1, count).boxed().toList();
    }

    private void owner() {
        while (post.step()) {
            // everything that is resident
        }
    }

    @Test
    void theOwnerContinuesWhileMessagesAreRead() {
        publish(1_000);
        Collector reader = new Collector(post, null, 2_000).attach();
        owner();
        assertEquals(List.of(), reader.got, "nothing was read yet");
        assertTrue(post.reader.hasJobs());
        post.reader.runJob();
        assertFalse(post.reader.hasJobs(), "one read for a feed at a time");
        post.reader.deliver();
        assertEquals(ids(256), reader.got, "a batch");
        post.rest();
        assertEquals(ids(1_000), reader.got);
    }

    @Test
    void aSelectorRunsOnceTheMessageIsResident() {
        publish(600);
        Collector reader = new Collector(post, new Selector() {
            @Override
            public String key() {
                return "hundreds";
            }

            @Override
            public boolean matches(long position) {
                return post.at(position).id() % 100 == 0;
            }
        }, 2_000).attach();
        post.rest();
        assertEquals(List.of(100L, 200L, 300L, 400L, 500L, 600L), reader.got);
    }

    @Test
    void aMessageHandedOutLongAfterItWasFoundIsReadAgain() {
        publish(256);
        Subscription later = Subscription.inMemory("later");
        post.deliveries().beginAtEnd(post.feed().topic(), later);
        for (int i = 0; i < 85; i++) {
            publish(1_000);
        }
        Collector first = new Collector(post, null, 1).attach();
        post.rest();
        Collector other = new Collector(post, null, 100_000); // displaces what was read
        post.turn();
        post.deliveries().feed(post.feed().topic(), later, (f, p, o, at, t) -> false, false).attach(other.consumer);
        post.rest();
        assertEquals(85_000, other.got.size());
        first.consumer.credit(255);
        first.consumer.wake();
        owner();
        assertEquals(ids(1), first.got);
        assertTrue(post.reader.hasJobs());
        post.rest();
        assertEquals(ids(256), first.got);
    }

    @Test
    void aMessageGivenBackIsReadForASelector() {
        publish(10);
        Collector first = new Collector(post, null, 10).attach();
        post.rest();
        Collector second = new Collector(post, new Selector() {
            @Override
            public String key() {
                return "even";
            }

            @Override
            public boolean matches(long position) {
                return post.at(position).id() % 2 == 0;
            }
        }, 100).attach();
        publish(200);
        assertEquals(100, second.got.size());
        post.turn();
        first.held.forEach(delivery -> post.feed().release(delivery, true));
        second.got.clear();
        second.consumer.credit(100);
        second.consumer.wake();
        owner();
        assertEquals(List.of(), second.got);
        post.rest();
        assertEquals(List.of(2L, 4L, 6L, 8L, 10L), second.got.subList(0, 5));
    }

    @Test
    void feedsReadFromTheDiskInTurn() {
        publish(1_000);
        List<Collector> readers = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            var subscription = Subscription.inMemory("more " + i);
            Collector one = new Collector(post, null, 2_000);
            post.turn();
            post.deliveries().feed(post.feed().topic(), subscription, (f, p, o, at, t) -> false, false).attach(one.consumer);
            readers.add(one);
        }
        owner();
        int jobs = 0;
        while (post.reader.hasJobs()) {
            post.reader.runJob();
            jobs++;
        }
        assertEquals(8, jobs, "so many at once");
        post.rest();
        readers.forEach(reader -> assertEquals(ids(1_000), reader.got));
    }

    @Test
    void aBrowserSeesMessagesFromTheDisk() {
        publish(600);
        List<Long> seen = new ArrayList<>();
        post.turn();
        post.deliveries().browse(post.feed().topic(), post.feed().subscription(), null, new BrowsingConsumer.Reader() {
            @Override
            public boolean takes() {
                return true;
            }

            @Override
            public boolean show(Partition partition, long offset, long position) {
                seen.add(post.at(position).id());
                return true;
            }

            @Override
            public void end() {
                seen.add(-1L);
            }

            @Override
            public void flush() {}
        });
        owner();
        assertEquals(List.of(), seen);
        post.rest();
        assertEquals(601, seen.size());
        assertEquals(ids(600), seen.subList(0, 600));
    }

    /** This run wrote it, so only the checksum can tell. */
    @Test
    void aMessageDamagedOnDiskIsNotHandedOut() {
        publish(300);
        long position = post.turn().positionOf(post.partition(0), 4);
        String file = post.files().list().stream().filter(name -> name.endsWith(".log")).sorted().findFirst().orElseThrow();
        post.files().flipBit(file, (position + 60) * 8);
        Collector reader = new Collector(post, null, 2_000).attach();
        post.rest();
        assertEquals(299, reader.got.size(), reader.got.toString());
        assertFalse(reader.got.contains(5L));
        assertTrue(post.turn().settlements().isSettled(post.feed().subscription(), post.partition(0), 4));
    }
}
