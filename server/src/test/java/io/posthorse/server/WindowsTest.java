package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.testkit.files.WindowsFileSystemProvider;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A complete broker in a process with a Windows-like file system: sends, segments, checkpoints, merges, and restarts in one
 * process.
 */
class WindowsTest {
    private static final int MESSAGES = 240;
    private static final int RUNS = 3;
    private static final byte[] BODY = new byte[256 << 10];

    @TempDir
    Path directory;

    /** The program of that process. */
    static final class Program {
        public static void main(String[] arguments) throws Exception {
            assertEquals(WindowsFileSystemProvider.class, FileSystems.getDefault().provider().getClass());
            Path data = Path.of(arguments[0]);
            for (int run = 0; run < RUNS; run++) {
                try (TestBroker broker = TestBroker.start(data); RawClient client = broker.client()) {
                    if (run == 0) {
                        broker.topic("orders", 1);
                    }
                    read(client, run * MESSAGES);
                    for (int i = 0; i < MESSAGES; i++) {
                        Frame answer = client.ask(
                                TestBroker.SEND_SHORT, TestBroker.shortSend("orders", 0, "KEYS\u0001k" + run + "-" + i),
                                BODY);
                        assertEquals(0, answer.code(), answer.remark());
                        assertEquals(Integer.toString(run * MESSAGES + i), answer.fields().get("queueOffset"));
                    }
                }
            }
            System.out.println("all " + RUNS * MESSAGES + " messages");
        }

        /** Asserts that every message so far exists at its offset. */
        private static void read(RawClient client, int expected) {
            int offset = 0;
            while (offset < expected) {
                Frame answer = client.ask(TestBroker.PULL, Map.of(
                        "consumerGroup", "readers", "topic", "orders", "queueId", "0", "queueOffset", "" + offset,
                        "maxMsgNums", "32", "sysFlag", "4", "commitOffset", "0", "suspendTimeoutMillis", "0",
                        "subscription", "*", "subVersion", "0"));
                assertEquals(0, answer.code(), answer.remark());
                int next = Integer.parseInt(answer.fields().get("nextBeginOffset"));
                assertTrue(next > offset, "from " + offset + " to " + next);
                offset = next;
            }
            assertEquals(expected, offset);
        }
    }

    @Test
    void aBrokerRunsOnAWindowsLikeFileSystem() throws Exception {
        Path output = directory.resolve("output");
        Path data = directory.resolve("data");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx512m",
                        "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                        "-Djava.nio.file.spi.DefaultFileSystemProvider=" + WindowsFileSystemProvider.class.getName(),
                        "-ea:io.posthorse...", "-cp", System.getProperty("java.class.path"), Program.class.getName(),
                        data.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertTrue(ended, text);
        assertEquals(0, process.exitValue(), text);
        assertTrue(text.contains("all " + RUNS * MESSAGES + " messages"), text);
        try (var files = Files.list(data)) {
            assertTrue(files.filter(file -> file.toString().endsWith(".log")).count() > RUNS, "segments were rolled");
        }
    }
}
