package io.posthorse.cli;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Ends the brokers or name servers that {@link MqBroker} and {@link MqNameServer} started, and no other process; prints
 * what RocketMQ's script prints, and unlike it waits until they have ended.
 */
@Command(
        name = "mqshutdown",
        description = "Stop the brokers or the name servers that were started by script.",
        hidden = true,
        exitCodeOnInvalidInput = 1)
final class MqShutdown implements Callable<Integer> {
    /** What the original's "exit -1" gives. */
    static final int NONE_RUNS = 255;

    private static final long WAIT_SECONDS = 60;
    private static final long LEAVE_SECONDS = 2;
    private static final long LOOK_MS = 50;

    @Parameters(arity = "0..1", paramLabel = "broker | namesrv", description = "what to stop")
    private String what = "";

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print help")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Override
    public Integer call() throws Exception {
        if (!what.equals("broker") && !what.equals("namesrv")) {
            System.out.println("Useage: mqshutdown broker | namesrv");
            return Launch.WELL;
        }
        List<RunFile.Running> running = RunFile.running(ScriptHome.of(System.getenv()).run(), what);
        if (running.isEmpty()) {
            System.out.println("No mq" + what + " running.");
            return NONE_RUNS;
        }
        String pids = running.stream().map(one -> Long.toString(one.pid())).collect(Collectors.joining(" "));
        System.out.println("The mq" + what + "(" + pids + ") is running...");
        boolean asked = true;
        for (RunFile.Running one : running) {
            asked &= ask(one);
        }
        if (asked) {
            System.out.println("Send shutdown request to mq" + what + "(" + pids + ") OK");
        }
        boolean ended = asked;
        for (RunFile.Running one : running) {
            ended &= awaited(one);
        }
        return ended ? Launch.WELL : Launch.NOT_STARTED;
    }

    private boolean ask(RunFile.Running one) {
        Optional<ProcessHandle> process = ProcessHandle.of(one.pid());
        if (process.isEmpty() || process.get().destroy() || !process.get().isAlive()) {
            return true;
        }
        System.err.println("The mq" + what + "(" + one.pid() + ") cannot be told to end; it may be another user's: call this"
                + " as that user.");
        return false;
    }

    private boolean awaited(RunFile.Running one) throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (one.runs()) {
            if (System.nanoTime() > end) {
                System.err.println("The mq" + what + "(" + one.pid() + ") is still ending after " + WAIT_SECONDS
                        + " seconds; what it prints says why. It was not killed.");
                return false;
            }
            Thread.sleep(LOOK_MS);
        }
        if (!one.leftInOrder()) {
            System.err.println("The mq" + what + "(" + one.pid() + ") has ended, but not in order; what it printed last says"
                    + " why. Its data is checked at the next start.");
            return false;
        }
        try {
            // all is closed by now; where nobody asks for its exit code, the process stays in the table, and that is all
            ProcessHandle.of(one.pid()).map(ProcessHandle::onExit).orElse(CompletableFuture.completedFuture(null))
                    .get(LEAVE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return true;
        }
        return true;
    }
}
