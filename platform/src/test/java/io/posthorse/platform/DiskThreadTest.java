package io.posthorse.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The thread for work that waits for the disk. */
class DiskThreadTest {
    private final List<IOException> outcomes = new CopyOnWriteArrayList<>();

    private void done(IOException failure) {
        if (failure == null) {
            outcomes.add(new IOException("none"));
        } else {
            outcomes.add(failure);
        }
    }

    @Test
    void outcomesAreReportedInOrder() {
        DiskThread disk = new DiskThread("disk", Runnable::run);
        disk.run(() -> { }, this::done);
        disk.run(() -> {
            throw new IllegalStateException("a fault");
        }, this::done);
        disk.close();
        assertEquals("none", outcomes.get(0).getMessage());
        assertEquals("background work failed: java.lang.IllegalStateException: a fault", outcomes.get(1).getMessage());
        assertNull(outcomes.get(0).getCause());
    }

    @Test
    void aJobBehindTheEndIsDropped() {
        DiskThread disk = new DiskThread("disk", Runnable::run);
        disk.close();
        disk.run(() -> { }, this::done);
        disk.abandon();
        disk.run(() -> { }, this::done);
        assertEquals(List.of(), outcomes);
    }
}
