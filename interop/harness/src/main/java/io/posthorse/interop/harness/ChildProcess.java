package io.posthorse.interop.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A process whose output goes to a file, and which does not outlive this JVM. */
public final class ChildProcess implements AutoCloseable {

    private static final int TAIL = 12_000;

    private final Process process;
    private final Path log;
    private final int logStart;
    private final Thread hook;

    private ChildProcess(Process process, Path log, int logStart) {
        this.process = process;
        this.log = log;
        this.logStart = logStart;
        this.hook = new Thread(() -> destroyTree(process), "end-child");
    }

    /** Starts a process; its output is appended to a file. */
    public static ChildProcess start(ProcessBuilder builder, Path log) throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        int logStart = Files.exists(log) ? (int) Files.size(log) : 0;
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        ChildProcess child = new ChildProcess(builder.start(), log, logStart);
        Runtime.getRuntime().addShutdownHook(child.hook);
        return child;
    }

    /** Returns whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Returns its process id. */
    public long pid() {
        return process.pid();
    }

    /** Writes a line into its input. */
    public void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /** Sends SIGTERM, waits for the end, and returns the exit code. */
    public int terminate(Duration limit) throws InterruptedException {
        process.destroy();
        return await(limit);
    }

    /** Kills it with all processes that it started. */
    public void kill() throws InterruptedException {
        destroyTree(process);
        await(Duration.ofSeconds(20));
    }

    /** Waits for its end, and returns its exit code. */
    public int await(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            destroyTree(process);
            throw new IllegalStateException("process still ran after " + limit + "; its output ends:\n" + tail());
        }
        return process.exitValue();
    }

    /** Waits briefly for its end; returns whether it has ended. */
    public boolean pause(Duration moment) throws InterruptedException {
        return process.waitFor(moment.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Returns the content of its file, including output of earlier processes. */
    public String output() {
        return read(0);
    }

    /** Returns its own output. */
    public String outputSinceStart() {
        return read(logStart);
    }

    private String read(int from) {
        try {
            byte[] all = Files.readAllBytes(log);
            return new String(all, from, all.length - from, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "(no output: " + e + ")";
        }
    }

    /** Returns the end of its output. */
    public String tail() {
        String all = output();
        return all.substring(Math.max(0, all.length() - TAIL));
    }

    @Override
    public void close() {
        destroyTree(process);
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The JVM is already ending, and the hook does the same again.
        }
    }

    private static void destroyTree(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
