package io.posthorse.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.Export;
import io.posthorse.log.PeerBytes;
import io.posthorse.platform.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class CatchUpServiceTest {
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch answered = new CountDownLatch(1);
    /** A copy whose owner is busy, and has no checkpoint then. */
    private final CatchUpService service = new CatchUpService(new CatchUpService.Source() {
        @Override
        public Export open(long index) throws IOException {
            asked.countDown();
            try {
                assertTrue(answered.await(10, TimeUnit.SECONDS));
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            throw new IOException("no checkpoint yet");
        }

        @Override
        public void close(Export export) {
            throw new AssertionError("nothing was opened");
        }
    }, Clock.system());

    private String refusal() {
        ByteBuffer request = CatchUpWire.open(7);
        return assertThrows(IOException.class, () -> service.answer("a", request)).getMessage();
    }

    @Test
    void theOwnerIsNotHeldUpByAnOpeningThatWaitsForIt() throws Exception {
        CompletableFuture<String> refused = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> refused.complete(refusal()));
        assertTrue(asked.await(10, TimeUnit.SECONDS));
        service.expire(); // what the owner does once a second
        service.end();
        answered.countDown();
        assertEquals("no checkpoint yet", refused.get(10, TimeUnit.SECONDS));
    }

    @Test
    void openingsThatFailTakeNoPlace() {
        answered.countDown();
        for (int i = 0; i < 10; i++) {
            assertEquals("no checkpoint yet", refusal());
        }
    }

    @Test
    void bytesOfTheLogAreThoseThatWereAskedFor() throws IOException {
        CatchUpService giving = new CatchUpService(new CatchUpService.Source() {
            @Override
            public Export open(long index) {
                throw new AssertionError("not asked for");
            }

            @Override
            public void close(Export export) {}

            @Override
            public ByteBuffer bytes(long position, int length) {
                return ByteBuffer.allocate(length).putLong(0, position);
            }
        }, Clock.system());
        ByteBuffer answer = giving.answer("a", CatchUpWire.bytes(4_096, 24));
        assertEquals(4_096, CatchUpWire.bytesOf(answer, 4_096, 24).getLong(0));
        assertEquals(24, CatchUpWire.bytesOf(answer, 4_096, 24).limit());
        for (int length : new int[] {0, -1, Integer.MIN_VALUE, PeerBytes.BYTES_MAX + 1, Integer.MAX_VALUE}) {
            assertThrows(IOException.class, () -> giving.answer("a", CatchUpWire.bytes(0, length)));
        }
        for (int cut = 0; cut < 13; cut++) {
            ByteBuffer request = CatchUpWire.bytes(0, 8).limit(cut);
            assertThrows(IOException.class, () -> giving.answer("a", request));
        }
        assertThrows(IOException.class, () -> service.answer("a", CatchUpWire.bytes(0, 8)));
    }

    @Test
    void answersOfOtherLengthsAndPlacesAreRefused() throws IOException {
        ByteBuffer answer = CatchUpWire.bytesOf(64, ByteBuffer.allocate(16));
        assertEquals(16, CatchUpWire.bytesOf(answer, 64, 16).limit());
        assertThrows(IOException.class, () -> CatchUpWire.bytesOf(answer, 72, 16));
        assertThrows(IOException.class, () -> CatchUpWire.bytesOf(answer, 64, 8));
        assertThrows(IOException.class, () -> CatchUpWire.bytesOf(answer, 64, 24));
        for (int bytes = 0; bytes < answer.limit(); bytes++) {
            ByteBuffer early = answer.duplicate().limit(bytes);
            assertThrows(IOException.class, () -> CatchUpWire.bytesOf(early, 64, 16));
        }
        ByteBuffer longer = ByteBuffer.allocate(40).put(answer.duplicate()).rewind();
        assertThrows(IOException.class, () -> CatchUpWire.bytesOf(longer, 64, 16));
        ByteBuffer lying = ByteBuffer.allocate(28).put(answer.duplicate()).rewind().putInt(8, Integer.MAX_VALUE);
        assertThrows(IOException.class, () -> CatchUpWire.bytesOf(lying, 64, 16));
    }

    @Test
    void nodesThatDoNotAnswerAreNoObstacle() {
        Member b = new Member("b", "localhost", 1);
        Member c = new Member("c", "localhost", 2);
        PeerBytes.Answers[] got = new PeerBytes.Answers[1];
        Peers peers = (node, request) -> node.equals(b)
                ? CompletableFuture.completedFuture(CatchUpWire.bytesOf(64, ByteBuffer.allocate(16)))
                : CompletableFuture.failedFuture(new IOException("down"));
        new PeerCopies(peers, () -> List.of(b, c), Runnable::run).ask(64, 16, answers -> got[0] = answers);
        assertEquals(Set.of("b"), got[0].bytes().keySet());
        assertFalse(got[0].areAll());
        new PeerCopies(peers, () -> List.of(b), Runnable::run).ask(64, 16, answers -> got[0] = answers);
        assertTrue(got[0].areAll());
        new PeerCopies(peers, () -> List.of(b), Runnable::run).ask(64, 24, answers -> got[0] = answers);
        assertEquals(Set.of(), got[0].bytes().keySet());
        new PeerCopies(peers, List::of, Runnable::run).ask(64, 24, answers -> got[0] = answers);
        assertFalse(got[0].areAll(), "nobody was asked");
    }
}
