package io.posthorse.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.Export;
import io.posthorse.platform.Clock;
import java.io.IOException;
import java.nio.ByteBuffer;
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
}
