package io.posthorse.cli;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * The command that stops the brokers or name servers of {@link MqBroker} and {@link MqNameServer}, and no other process.
 * Prints the texts of RocketMQ's script, and unlike that waits until the processes have ended.
 */
@Command(
        name = "mqshutdown",
        description = "Stop the brokers or the name servers that were started by script.",
        exitCodeOnInvalidInput = 1)
final class MqShutdown implements Callable<Integer> {
    /** The exit code of the original's "exit -1". */
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
        String pids = running.stream().map(stopping -> Long.toString(stopping.pid())).collect(Collectors.joining(" "));
        System.out.println("The mq" + what + "(" + pids + ") is running...");
        List<Stopping> stops = running.stream()
                .map(stopping -> new Stopping(stopping, "mq" + what + "(" + stopping.pid() + ")"))
                .toList();
        boolean asked = true;
        for (Stopping stopping : stops) {
            asked &= stopping.ask();
        }
        if (asked) {
            System.out.println("Send shutdown request to mq" + what + "(" + pids + ") OK");
        }
        boolean ended = asked;
        for (Stopping stopping : stops) {
            ended &= stopping.await();
        }
        return ended ? Launch.WELL : Launch.NOT_STARTED;
    }
}
