package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.server.LogPlace;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines of the server log: their format, and that logging never waits for them. */
class LogLinesTest {
    private static LogRecord record(Level level, String text) {
        LogRecord record = new LogRecord(level, text);
        record.setLoggerName("io.posthorse.net.MisdirectedClients");
        record.setInstant(Instant.parse("2026-11-30T01:15:02.004Z"));
        return record;
    }

    @Test
    void aLineHasDateTimeAndZone() {
        String thread = Thread.currentThread().getName();
        assertEquals("2026-11-30T09:15:02.004+08:00 WARN  net.MisdirectedClients [" + thread + "] text\n",
                new LogLine(ZoneId.of("Asia/Shanghai")).format(record(Level.WARNING, "text")));
        assertEquals("2026-11-30T01:15:02.004+00:00 DEBUG net.MisdirectedClients [" + thread + "] text\n",
                new LogLine(ZoneId.of("UTC")).format(record(Level.FINE, "text")));
    }

    @Test
    void aClientsTextCannotBeginALine() {
        String line = new LogLine(ZoneId.of("UTC")).format(record(Level.INFO, "user a\n2026-11-30 INFO forged\u001b[0m"));
        assertEquals(1, line.lines().count());
        assertTrue(line.contains("a\\n2026-11-30 INFO forged?[0m"), line);
        String hidden = new LogLine(ZoneId.of("UTC")).format(record(Level.INFO, "a\u2028b\u2029c\u202ed\u2066e\u200ff"));
        assertTrue(hidden.endsWith("a?b?c?d?e?f\n"), hidden);
        String tagged = new LogLine(ZoneId.of("UTC")).format(record(Level.INFO, "a\udb40\udc41b\ud83d\ude00"));
        assertTrue(tagged.endsWith("a?b\ud83d\ude00\n"), tagged);
        LogRecord failed = record(Level.SEVERE, "failed");
        failed.setThrown(new IllegalStateException("why"));
        assertTrue(new LogLine(ZoneId.of("UTC")).format(failed).contains("\n    java.lang.IllegalStateException: why\n"));
    }

    private static PrintStream stuck(CountDownLatch unstuck, ByteArrayOutputStream written) {
        return new PrintStream(new OutputStream() {
            @Override
            public void write(int b) {
                write(new byte[] {(byte) b}, 0, 1);
            }

            @Override
            public void write(byte[] bytes, int from, int count) {
                try {
                    unstuck.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
                written.write(bytes, from, count);
            }
        }, true, StandardCharsets.UTF_8);
    }

    @Test
    void theFileHasEveryLineWhileTheConsoleIsStuck(@TempDir Path directory) throws IOException {
        CountDownLatch unstuck = new CountDownLatch(1);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        DetachedOutput console = DetachedOutput.to(stuck(unstuck, written));
        LogFile file = new LogFile(LogFile.BYTES_MAX);
        Path log = directory.resolve("server.log");
        file.open(new LogPlace(log, null));
        PrintStream out = file.beside(new PrintStream(console, true, StandardCharsets.UTF_8), false);
        for (int i = 0; i < 6_000; i++) {
            out.println("line " + i);
        }
        assertEquals(6_000, Files.readAllLines(log).size());
        unstuck.countDown();
        console.drain(Long.MAX_VALUE);
        out.println("the last one");
        console.drain(Long.MAX_VALUE);
        String text = written.toString(StandardCharsets.UTF_8);
        assertTrue(text.startsWith("line 0\nline 1\n"), "in order");
        assertTrue(text.contains("lines are missing here: the console did not take them.\n"), "and says what it lacks");
        assertTrue(text.endsWith("the last one\n"), "and goes on");
    }

    /** A console that is stuck, like a pipe whose reader has stopped. */
    @Test
    void loggingDoesNotWaitForAStuckConsole() throws InterruptedException {
        CountDownLatch unstuck = new CountDownLatch(1);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        LogLines lines = new LogLines(stuck(unstuck, written), null);
        Thread writer = new Thread(lines);
        writer.setDaemon(true);
        writer.start();
        for (int i = 0; i < 10_000; i++) {
            lines.publish(record(Level.INFO, "line " + i));
        }
        unstuck.countDown();
        lines.flush();
        lines.publish(record(Level.INFO, "the last one"));
        lines.flush();
        String text = written.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("line 0\n") && text.contains("the last one\n"), "the first and the last line");
        assertTrue(text.matches("(?s).*\\d+ lines are missing here: they came faster than they could be written\\.\n.*"));
        assertTrue(text.lines().count() < 5_000, text.lines().count() + " lines were kept");
    }

    @Test
    void longLinesOfAStuckConsoleHoldLittleMemory() throws InterruptedException {
        CountDownLatch unstuck = new CountDownLatch(1);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        LogLines lines = new LogLines(stuck(unstuck, written), null);
        for (int i = 0; i < 1_000; i++) {
            lines.publish(record(Level.INFO, "long ".repeat(10_000)));
        }
        Thread writer = new Thread(lines);
        writer.setDaemon(true);
        writer.start();
        unstuck.countDown();
        lines.flush();
        assertTrue(written.size() > 1 << 20 && written.size() <= 3 << 20, written.size() + " bytes were kept");
    }
}
