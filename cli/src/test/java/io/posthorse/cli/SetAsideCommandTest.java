package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SetAsideCommandTest {
    @TempDir
    Path directory;

    @Test
    void positionsAreAddedAndCounted() {
        assertTrue(Console.run("set-aside", "4096", "--data", directory.toString()).out().contains("such records is 1."));
        Console second = Console.run("set-aside", "8192", "--data", directory.toString());
        assertEquals(0, second.exitCode());
        assertTrue(second.out().contains("position 8192 is set aside; the number of such records is 2."), second.out());
        assertTrue(Files.exists(directory.resolve("set-aside")));
    }

    @Test
    void aForeignDirectoryIsRefusedAndUnchanged() throws IOException {
        Console missing = Console.run("set-aside", "1", "--data", directory.resolve("none").toString());
        assertEquals(1, missing.exitCode());
        assertTrue(missing.err().contains("There is no data directory"), missing.err());

        Files.createDirectory(directory.resolve("commitlog"));
        Files.writeString(directory.resolve("notes.txt"), "mine");
        Console foreign = Console.run("set-aside", "1", "--data", directory.toString());
        assertEquals(1, foreign.exitCode());
        assertTrue(foreign.err().contains("commitlog/, notes.txt. It looks like the store of a RocketMQ broker"),
                foreign.err());
        Console start = Console.run("start", "--data", directory.toString(), "--set", "listenPort=0", "--set",
                "nameserver.port=0");
        assertEquals(1, start.exitCode());
        try (var entries = Files.list(directory)) {
            assertEquals(List.of("commitlog", "notes.txt"), entries.map(e -> e.getFileName().toString()).sorted().toList());
        }
    }
}
