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

/** What a program notices that has a broker inside: nothing on its output, no thread that stays, no file that stays. */
class QuietProgramIT {
    @TempDir
    private Path temporary;

    @Test
    void aProgramEndsByItselfAndItsOutputIsItsOwn() throws Exception {
        assertEquals("", run());
        assertEquals(List.of(), leftovers());
    }

    /** Whether its program ends the JVM, or leaves it to end by itself: no thread of a broker holds it. */
    @ParameterizedTest
    @ValueSource(strings = {"exit", "return"})
    void aBrokerThatNobodyClosesLeavesNoFilesAndHoldsNobody(String how) throws Exception {
        String directory = run(how);
        assertTrue(directory.startsWith(temporary.toString()), directory);
        assertEquals(List.of(), leftovers());
    }

    /** There nothing that is mapped can be deleted, not even by the JVM that maps it: the next one does. */
    @Test
    void aBrokerStartsAndStopsOnFilesAsWindowsHasThem() throws Exception {
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

    /** As Spring closes the beans of a context in a hook of its own, beside the one that deletes the files. */
    @Test
    void aBrokerThatIsClosedWhileTheJvmEndsSaysNothing() throws Exception {
        String output = run("late");
        assertTrue(output.startsWith(temporary.toString()) && output.lines().count() == 1, output);
        assertEquals(List.of(), leftovers());
    }

    @Test
    void whatAKilledJvmLeftIsRemovedByTheNext() throws Exception {
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

    /** Output and error output of the program. Of Netty's use of the JDK the JVM itself may warn; that is not asked here. */
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
        assertTrue(ended, "the program does not end: " + output[0]);
        return output[0];
    }
}
