package io.posthorse.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command that stops servers of this user on this machine, and waits until they have ended. */
@Command(
        name = "stop",
        description = "Stop a server that you started on this machine, and wait until everything is on the disk.",
        mixinStandardHelpOptions = true)
final class StopCommand implements Callable<Integer> {
    @Parameters(arity = "0..1", paramLabel = "PID", description = "its process id; optional where only one runs")
    private Long pid;

    @Option(names = {"-d", "--data"}, paramLabel = "DIR", description = "the server with this data directory")
    private Path data;

    @Option(names = "--all", description = "all servers")
    private boolean all;

    @Override
    public Integer call() throws Exception {
        List<RunFile.Running> running = RunningServers.all(System.getenv());
        List<RunFile.Running> chosen = running.stream()
                .filter(server -> pid == null || server.pid() == pid)
                .filter(server -> data == null || RunningServers.hasData(server, data))
                .toList();
        if (chosen.isEmpty()) {
            System.err.println(running.isEmpty()
                    ? "No server of yours is running on this machine."
                    : "No running server of yours matches. \"posthorse status\" lists them.");
            return Launch.NOT_STARTED;
        }
        if (chosen.size() > 1 && !all) {
            System.err.println("Several servers are running; nothing was stopped. Name one (posthorse stop PID, or --data"
                    + " DIR), or all of them with --all:");
            chosen.forEach(server -> System.err.println("  " + server.kind() + ", process " + server.pid() + ": "
                    + String.join("; ", server.about())));
            return Launch.WRONG_CONFIGURATION;
        }
        return stop(chosen) ? Launch.WELL : Launch.NOT_STARTED;
    }

    private static boolean stop(List<RunFile.Running> servers) throws IOException, InterruptedException {
        List<Stopping> asked = new ArrayList<>();
        boolean well = true;
        for (RunFile.Running server : servers) {
            Stopping stopping = new Stopping(server, server.kind() + " of process " + server.pid());
            if (stopping.ask()) {
                asked.add(stopping);
            } else {
                well = false;
            }
        }
        for (Stopping stopping : asked) {
            if (stopping.await()) {
                System.out.println("Stopped the " + stopping.name() + ".");
            } else {
                well = false;
            }
        }
        return well;
    }
}
