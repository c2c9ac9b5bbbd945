package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files in a data directory that count as the server's own. */
class DataDirectoryTest {
    @TempDir
    Path directory;

    @Test
    void aFileThatWindowsCouldNotDeleteDoesNotPreventTheStart() throws IOException {
        Files.createFile(directory.resolve("00000000000000000000.log.0.deleted"));
        assertDoesNotThrow(() -> DataDirectory.requireOurs(directory, null));
    }

    @Test
    void theServerLogMayBeInTheDataDirectory() throws IOException {
        Path logs = Files.createDirectories(directory.resolve("mine").resolve("logs"));
        assertDoesNotThrow(() -> DataDirectory.requireOurs(directory, logs));
        IOException refused = assertThrows(IOException.class, () -> DataDirectory.requireOurs(directory, null));
        assertTrue(refused.getMessage().contains("mine/"), refused.getMessage());
        Files.delete(logs);
        Files.delete(logs.getParent());
        Files.createFile(directory.resolve("server.log"));
        Files.createFile(directory.resolve("server.log.1"));
        assertDoesNotThrow(() -> DataDirectory.requireOurs(directory, directory));
        assertThrows(IOException.class, () -> DataDirectory.requireOurs(directory, logs));
    }

    /** The server log has moved since, or a tool does not know the configuration. */
    @Test
    void aServerLogOfAnEarlierConfigurationDoesNotPreventTheStart() throws IOException {
        Path logs = Files.createDirectories(directory.resolve("mine").resolve("logs"));
        Files.createFile(logs.resolve("server.log"));
        Files.createFile(logs.resolve("server.log.1"));
        Files.createFile(directory.resolve("server.log"));
        assertThrows(IOException.class, () -> DataDirectory.requireOurs(directory, null), "no server has used it");
        Files.createFile(directory.resolve("lock"));
        assertDoesNotThrow(() -> DataDirectory.requireOurs(directory, null));
        Files.createFile(logs.resolve("letter.txt"));
        assertThrows(IOException.class, () -> DataDirectory.requireOurs(directory, null));
    }
}
