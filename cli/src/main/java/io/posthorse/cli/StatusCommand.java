package io.posthorse.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/**
 * The command that lists the servers of this user on this machine. Exit code 0 where there is one, 1 where there is none.
 */
@Command(
        name = "status",
        description = "List the servers that you started on this machine: process, addresses, data directory."
                + " Exit code 1 where none runs.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
    @Override
    public Integer call() throws Exception {
        List<RunFile.Running> servers = RunningServers.all(System.getenv());
        if (servers.isEmpty()) {
            System.out.println("No server of yours is running on this machine. \"posthorse start\" starts one.");
            return Launch.NOT_STARTED;
        }
        for (RunFile.Running server : servers) {
            System.out.printf("%s, process %d%s%n", server.kind(), server.pid(), upSince(server.pid()));
            server.about().forEach(line -> System.out.println("  " + line));
        }
        return Launch.WELL;
    }

    private static String upSince(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().startInstant())
                .map(start -> ", up " + text(Duration.between(start, Instant.now())))
                .orElse("");
    }

    /** Returns a duration in its two largest units, such as {@code 3 h 12 min}. */
    static String text(Duration up) {
        long seconds = Math.max(0, up.toSeconds());
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        return seconds < 86_400
                ? seconds / 3600 + " h " + seconds % 3600 / 60 + " min"
                : seconds / 86_400 + " d " + seconds % 86_400 / 3600 + " h";
    }
}
