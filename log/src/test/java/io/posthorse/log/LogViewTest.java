package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Readers on other threads, while the owner of the log reads, too. */
class LogViewTest {
    private static final int MESSAGES = 100;
    private static final int ROUNDS = 20_000;

    @Test
    void aViewReadsTheLastRecordWhileTheOwnerChecksTheFirst() throws Exception {
        LogWorld world = LogWorld.empty(LogWorld.ASYNC);
        long first = world.append(0, "first", false);
        long last = first;
        for (int i = 1; i < MESSAGES; i++) {
            last = world.append(0, "message " + i, false);
        }
        world.log().write();
        LogView view = world.log().view();
        assertTrue(view.committed() > last);
        AtomicBoolean isOver = new AtomicBoolean();
        CompletableFuture<Long> owner = CompletableFuture.supplyAsync(() -> {
            long unreadable = 0;
            while (!isOver.get()) {
                unreadable += world.log().readable(first) ? 0 : 1;
            }
            return unreadable;
        });
        try {
            for (int i = 0; i < ROUNDS; i++) {
                assertNotNull(view.bytes(last));
                assertEquals(view.committed(), view.shipment(last, 1).end());
            }
        } finally {
            isOver.set(true);
        }
        assertEquals(0, owner.get());
    }
}
