package io.posthorse.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

/** The limit of open files. */
class OpenFilesTest {
    private static final String LIMITS = """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             94000                94000                processes
            Max open files            1024                 524288               files
            Max locked memory         8388608              8388608              bytes
            """;

    @Test
    void theSoftLimitIsRead() {
        assertEquals(1_024, OpenFiles.max(LIMITS));
        assertEquals(Long.MAX_VALUE, OpenFiles.max(LIMITS.replace("1024  ", "unlimited")));
        assertEquals(Long.MAX_VALUE, OpenFiles.max(""));
        assertTrue(OpenFiles.max() > 16);
    }

    @Test
    void secT29ConnectionsLeaveFilesForTheLog() {
        assertEquals(10_000, OpenFiles.connections(10_000, 2, Long.MAX_VALUE));
        assertEquals(10_000, OpenFiles.connections(10_000, 2, 20_256));
        assertEquals(9_999, OpenFiles.connections(10_000, 2, 20_255));
        assertEquals(384, OpenFiles.connections(10_000, 2, 1_024));
        assertEquals(32, OpenFiles.connections(10_000, 2, 256));
        assertEquals(1, OpenFiles.connections(10_000, 2, 0));
    }
}
