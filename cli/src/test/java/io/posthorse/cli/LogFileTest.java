package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.posthorse.server.LogPlace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The server log as a file: its contents, the number of files, and their permissions. */
class LogFileTest {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream console = new ByteArrayOutputStream();

    private PrintStream out(LogFile log) {
        return log.beside(new PrintStream(console, true, StandardCharsets.UTF_8), false);
    }

    private LogPlace place(String name, String alias) {
        return new LogPlace(directory.resolve("logs").resolve(name), alias == null ? null
                : directory.resolve("logs").resolve(alias));
    }

    @Test
    void aFileThatWasRenamedOrRemovedWithItsDirectoryIsMadeAnew() throws IOException {
        LogFile log = new LogFile(LogFile.BYTES_MAX);
        LogPlace place = place("server.log", null);
        log.open(place);
        PrintStream out = out(log);
        out.println("first");
        Files.move(place.file(), directory.resolve("rotated.log"));
        Awaitility.await().until(() -> {
            out.println("second");
            return Files.exists(place.file());
        });
        assertTrue(Files.readString(directory.resolve("rotated.log")).startsWith("first\n"));
        Files.delete(place.file());
        Files.delete(place.file().getParent());
        Awaitility.await().until(() -> {
            out.println("third");
            return Files.exists(place.file());
        });
        assertTrue(Files.readString(place.file()).contains("third\n"));
    }

    @Test
    void outputBeforeTheFileIsKnownIsWrittenToItLater() throws IOException {
        LogFile log = new LogFile(LogFile.BYTES_MAX);
        PrintStream out = out(log);
        out.println("before");
        LogPlace place = place("server.log", null);
        assertFalse(Files.exists(place.file()), "nothing is written before the directory has been checked");
        assertNull(log.open(place));
        out.println("behind");
        assertEquals("before\nbehind\n", Files.readString(place.file()));
        assertEquals("before\nbehind\n", console.toString(StandardCharsets.UTF_8));
    }

    @Test
    void plainOutputGetsDateAndTimeInTheFile() throws IOException {
        LogFile log = new LogFile(LogFile.BYTES_MAX);
        PrintStream out = log.beside(new PrintStream(console, true, StandardCharsets.UTF_8), true);
        LogPlace place = place("server.log", null);
        log.open(place);
        out.printf("two %s%nin one%n", "lines");
        assertEquals("two lines\nin one\n", console.toString(StandardCharsets.UTF_8));
        assertTrue(Files.readString(place.file()).matches(
                "(\\d{4}-\\d\\d-\\d\\dT[\\d:.]+[+-]\\d\\d:\\d\\d (two lines|in one)\n){2}"));
    }

    @Test
    void fullFilesAreRotatedAndTheOldestIsDeleted() throws IOException {
        LogFile log = new LogFile(100);
        LogPlace place = place("broker-a.log", null);
        log.open(place);
        PrintStream out = out(log);
        for (int i = 0; i < 30; i++) {
            out.println("line " + i + " of forty characters, say.........");
        }
        for (int i = 1; i <= LogFile.ASIDE_MAX; i++) {
            assertTrue(Files.size(place.file().resolveSibling("broker-a.log." + i)) <= 160, "" + i);
        }
        assertFalse(Files.exists(place.file().resolveSibling("broker-a.log." + (LogFile.ASIDE_MAX + 1))));
        assertTrue(Files.readString(place.file()).contains("line 29 "));
        assertFalse(Files.readString(place.file().resolveSibling("broker-a.log." + LogFile.ASIDE_MAX)).contains("line 0 "));
    }

    @Test
    void eachBrokerHasItsOwnFileAndTheAliasLinksToTheLastStarted() throws IOException {
        LogFile one = new LogFile(LogFile.BYTES_MAX);
        LogFile two = new LogFile(LogFile.BYTES_MAX);
        one.open(place("broker-a.log", "broker.log"));
        two.open(place("broker-b.log", "broker.log"));
        out(one).println("of a");
        out(two).println("of b");
        Path logs = directory.resolve("logs");
        assertEquals("of a\n", Files.readString(logs.resolve("broker-a.log")));
        assertEquals("of b\n", Files.readString(logs.resolve("broker-b.log")));
        assertEquals("of b\n", Files.readString(logs.resolve("broker.log")));
    }

    @Test
    void aFileWithTheNameOfTheAliasIsUnchanged() throws IOException {
        Path theirs = Files.createDirectories(directory.resolve("logs")).resolve("broker.log");
        Files.writeString(theirs, "RocketMQ's");
        new LogFile(LogFile.BYTES_MAX).open(place("broker-a.log", "broker.log"));
        assertEquals("RocketMQ's", Files.readString(theirs));
    }

    @Test
    void theFileIsReadableByOwnerAndGroupOnly() throws IOException {
        assumeTrue(directory.getFileSystem().supportedFileAttributeViews().contains("posix"));
        new LogFile(LogFile.BYTES_MAX).open(place("server.log", null));
        Path logs = directory.resolve("logs");
        assertEquals("rwxr-x---", PosixFilePermissions.toString(Files.getPosixFilePermissions(logs)));
        assertEquals("rw-r-----", PosixFilePermissions.toString(
                Files.getPosixFilePermissions(logs.resolve("server.log"))));
    }

    @Test
    void anUnwritablePlaceIsReportedAndTheConsoleContinues() throws IOException {
        Files.writeString(directory.resolve("logs"), "a file");
        LogFile log = new LogFile(LogFile.BYTES_MAX);
        String problem = log.open(place("server.log", null));
        assertTrue(problem.contains("Set log.directory"), problem);
        out(log).println("on the console");
        assertEquals("on the console\n", console.toString(StandardCharsets.UTF_8));
    }
}
