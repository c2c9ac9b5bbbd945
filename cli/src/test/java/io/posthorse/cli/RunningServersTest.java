package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The search for running servers, and the request to stop. */
class RunningServersTest {
    @TempDir
    Path home;

    private Map<String, String> environment() {
        return Map.of("HOME", home.toString());
    }

    @Test
    void aServerIsFoundAsLongAsItsFileIsLocked() throws IOException {
        Path folder = RunningServers.folder(environment());
        Path data = home.resolve("data");
        RunFile file = RunFile.of(folder, "server", List.of("broker a 127.0.0.1:1", RunningServers.data(data)));
        List<RunFile.Running> found = RunningServers.all(environment());
        assertEquals(1, found.size());
        assertEquals(ProcessHandle.current().pid(), found.get(0).pid());
        assertEquals("server", found.get(0).kind());
        assertEquals("broker a 127.0.0.1:1", found.get(0).about().get(0));
        assertTrue(found.get(0).runs());
        assertTrue(RunningServers.hasData(found.get(0), data));
        assertFalse(RunningServers.hasData(found.get(0), home));
        file.close();
        assertEquals(List.of(), RunningServers.all(environment()));
        assertTrue(found.get(0).leftInOrder());
    }

    /** The superuser may look into another user's home directory. */
    @Test
    void aFileThatNamesAProcessOfAnotherUserIsNotTrusted() throws IOException {
        Path file = Files.createFile(home.resolve("server-1.pid"));
        String owner = Files.getOwner(file).getName();
        assertTrue(RunFile.isOf(file, Optional.of(owner)));
        assertTrue(RunFile.isOf(file, Optional.empty()));
        assertEquals(!ProcessHandle.current().supportsNormalTermination(), RunFile.isOf(file, Optional.of(owner + "x")));
    }

    /** Its process id may be that of another process here. */
    @Test
    void aServerInAnotherContainerWithTheSameHomeIsNotListed() throws Exception {
        Path folder = RunningServers.folder(environment());
        RunFile own = RunFile.of(folder, "server", List.of());
        Path file = RunningServers.all(environment()).get(0).file();
        Path foreign = folder.resolve(file.getFileName().toString().replace(RunFile.here(), "0badcafe"));
        try (FileChannel channel = FileChannel.open(foreign, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            channel.lock(Long.MAX_VALUE - 1, 1, false);
            assertEquals(List.of(file), RunningServers.all(environment()).stream().map(RunFile.Running::file).toList());
        }
        own.close();
    }

    @Test
    void theFilesOfKilledServersAreDeleted() throws IOException {
        Path folder = RunningServers.folder(environment());
        Files.createDirectories(folder);
        Path dead = Files.writeString(folder.resolve("server-999999.pid"), "999999\n");
        assertEquals(List.of(), RunningServers.all(environment()));
        assertFalse(Files.exists(dead));
    }

    @Test
    void withoutSignalsAFileAsksAServerToStop() throws Exception {
        Path stop = home.resolve("server-1.pid.stop");
        CountDownLatch asked = new CountDownLatch(1);
        Thread watch = RunFile.watch(stop, asked::countDown);
        assertTrue(watch.isDaemon());
        assertFalse(asked.await(10, TimeUnit.MILLISECONDS));
        Files.createFile(stop);
        assertTrue(asked.await(10, TimeUnit.SECONDS));
    }

    @Test
    void theFolderFollowsTheEnvironment() {
        assertEquals(home.resolve(".local/state/posthorse/run"), RunningServers.folder(environment()));
        assertEquals(Path.of("/s/posthorse/run"),
                RunningServers.folder(Map.of("HOME", home.toString(), "XDG_STATE_HOME", "/s")));
        assertEquals(Path.of("/w/posthorse/run"),
                RunningServers.folder(Map.of("HOME", home.toString(), "LOCALAPPDATA", "/w")));
    }

    @Test
    void durationsArePrintedInTheirTwoLargestUnits() {
        assertEquals("59 s", StatusCommand.text(Duration.ofSeconds(59)));
        assertEquals("1 min 1 s", StatusCommand.text(Duration.ofSeconds(61)));
        assertEquals("3 h 12 min", StatusCommand.text(Duration.ofMinutes(192)));
        assertEquals("2 d 1 h", StatusCommand.text(Duration.ofHours(49)));
    }
}
