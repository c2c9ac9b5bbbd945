package io.posthorse.embedded;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The effects of a broker on the program around it: no output, no thread and no file that stays. */
class QuietProgramIT {
    @TempDir
    private Path temporary;

    @Test
    void aProgramEndsByItselfWithoutFurtherOutput() throws Exception {
        assertEquals("", run());
        assertEquals(List.of(), leftovers());
    }

    /** The program ends the JVM, or lets it end by itself: no thread of a broker prevents it. */
    @ParameterizedTest
    @ValueSource(strings = {"exit", "return"})
    void aBrokerThatIsNotClosedLeavesNoFilesAndLetsTheJvmEnd(String how) throws Exception {
        String directory = run(how);
        assertTrue(directory.startsWith(temporary.toString()), directory);
        assertEquals(List.of(), leftovers());
    }

    /** Mapped files cannot be deleted there, not even by the JVM that maps them: the next JVM deletes them. */
    @Test
    void aBrokerStartsAndStopsOnAWindowsLikeFileSystem() throws Exception {
        assertEquals("", start(
                List.of("-Djava.nio.file.spi.DefaultFileSystemProvider=io.posthorse.testkit.files."
                        + "WindowsFileSystemProvider"),
                System.getProperty("java.class.path") + File.pathSeparator + System.getProperty("windows.classpath")));
        List<Path> left = leftovers();
        for (Path directory : left) {
            Files.setLastModifiedTime(directory.resolve("lock"), FileTime.from(Instant.now().minusSeconds(3600)));
        }
        assertEquals("", run());
        assertEquals(List.of(), leftovers());
    }

    /** Spring closes the beans of a context in its own shutdown hook, beside the one that deletes the files. */
    @Test
    void aBrokerThatIsClosedWhileTheJvmEndsPrintsNothing() throws Exception {
        String output = run("late");
        assertTrue(output.startsWith(temporary.toString()) && output.lines().count() == 1, output);
        assertEquals(List.of(), leftovers());
    }

    @Test
    void filesOfAKilledJvmAreRemovedByTheNext() throws Exception {
        Path dead = Files.createDirectory(temporary.resolve("posthorse-embedded-0-dead"));
        Files.createDirectories(dead.resolve("broker-1"));
        Path lock = Files.createFile(dead.resolve("lock"));
        Path young = Files.createDirectory(temporary.resolve("posthorse-embedded-0-young"));
        Files.createFile(young.resolve("lock"));
        Files.setLastModifiedTime(lock, FileTime.from(Instant.now().minusSeconds(3600)));
        assertEquals("", run());
        assertFalse(Files.exists(dead));
        assertEquals(List.of(young), leftovers());
    }

    private List<Path> leftovers() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(f -> f.getFileName().toString().startsWith("posthorse")).toList();
        }
    }

    /**
     * Returns output and error output of the program. The JVM's own warnings about Netty's use of the JDK are excluded by
     * the test's JVM.
     */
    private String run(String... arguments) throws Exception {
        return start(List.of(), System.getProperty("java.class.path"), arguments);
    }

    private String start(List<String> options, String classPath, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + temporary, "-cp", classPath));
        command.addAll(options);
        command.add(QuietProgram.class.getName());
        command.addAll(List.of(arguments));
        Process program = new ProcessBuilder(command).redirectErrorStream(true).start();
        CountDownLatch read = new CountDownLatch(1);
        String[] output = new String[1];
        Thread.ofVirtual().start(() -> {
            try (var in = program.getInputStream()) {
                output[0] = new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            } catch (IOException e) {
                output[0] = e.toString();
            }
            read.countDown();
        });
        boolean ended = program.waitFor(60, SECONDS);
        program.destroyForcibly();
        read.await();
        assertTrue(ended, "the program has not ended: " + output[0]);
        return output[0];
    }
}
