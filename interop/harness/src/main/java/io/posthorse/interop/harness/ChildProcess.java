package io.posthorse.interop.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A started process whose output goes to a file, and which does not outlive this virtual machine. */
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

    /** Starts the process; its output is appended to the file. */
    public static ChildProcess start(ProcessBuilder builder, Path log) throws IOException {
        Files.createDirectories(log.toAbsolutePath().getParent());
        int logStart = Files.exists(log) ? (int) Files.size(log) : 0;
        builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        ChildProcess child = new ChildProcess(builder.start(), log, logStart);
        Runtime.getRuntime().addShutdownHook(child.hook);
        return child;
    }

    /** Whether it runs. */
    public boolean isAlive() {
        return process.isAlive();
    }

    /** Its number for the operating system. */
    public long pid() {
        return process.pid();
    }

    /** Asks it to end, as SIGTERM does, and returns its exit code. */
    public int terminate(Duration limit) throws InterruptedException {
        process.destroy();
        return await(limit);
    }

    /** Ends it as SIGKILL does, with all that it started. */
    public void kill() throws InterruptedException {
        destroyTree(process);
        await(Duration.ofSeconds(20));
    }

    /** Waits for its end and returns its exit code. */
    public int await(Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            destroyTree(process);
            throw new IllegalStateException("process still ran after " + limit + "; its output ends:\n" + tail());
        }
        return process.exitValue();
    }

    /** Waits a moment for its end; true when it has ended. */
    public boolean pause(Duration moment) throws InterruptedException {
        return process.waitFor(moment.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** All that is in its file, also from processes before it. */
    public String output() {
        return read(0);
    }

    /** All it has written itself. */
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

    /** The end of what it has written. */
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
            // The virtual machine is ending already, and the hook does the same once more.
        }
    }

    private static void destroyTree(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
