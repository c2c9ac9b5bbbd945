package io.posthorse.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How a start knows that the machine went down since the last one. */
class BootIdTest {
    @TempDir
    Path directory;

    @Test
    void linuxHasABootId() throws IOException {
        Path file = Files.writeString(directory.resolve("boot_id"), "a-b-c\n");
        assertEquals("a-b-c", DiskFileStore.bootId(file, Optional.of(Instant.EPOCH)));
    }

    @Test
    void elsewhereTheBootIdIsTheStartOfTheFirstProcess() {
        Path none = directory.resolve("none");
        String id = DiskFileStore.bootId(none, Optional.of(Instant.EPOCH));
        assertEquals(id, DiskFileStore.bootId(none, Optional.of(Instant.EPOCH)));
        assertNotEquals(id, DiskFileStore.bootId(none, Optional.of(Instant.EPOCH.plusMillis(1))));
    }

    @Test
    void withoutABootIdEachStartCountsAsAfterAPowerCut() {
        Path none = directory.resolve("none");
        assertNotEquals(DiskFileStore.bootId(none, Optional.empty()), DiskFileStore.bootId(none, Optional.empty()));
    }
}
