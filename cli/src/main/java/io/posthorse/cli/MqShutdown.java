package io.posthorse.cli;

import java.util.List;
import java.util.concurrent.Callable;
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
        exitCodeOnInvalidInput = 1)
final class MqShutdown implements Callable<Integer> {
    /** What the original's "exit -1" gives. */
    static final int NONE_RUNS = 255;

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
        List<Stopping> stops = running.stream()
                .map(one -> new Stopping(one, "mq" + what + "(" + one.pid() + ")"))
                .toList();
        boolean asked = true;
        for (Stopping one : stops) {
            asked &= one.ask();
        }
        if (asked) {
            System.out.println("Send shutdown request to mq" + what + "(" + pids + ") OK");
        }
        boolean ended = asked;
        for (Stopping one : stops) {
            ended &= one.await();
        }
        return ended ? Launch.WELL : Launch.NOT_STARTED;
    }
}
