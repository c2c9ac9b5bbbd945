package io.posthorse.cli;

import io.posthorse.server.ClusterNode;
import io.posthorse.server.LogPlace;
import io.posthorse.server.Server;
import io.posthorse.server.config.ConfigSources.Role;
import io.posthorse.server.config.ServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command that runs the server until it is told to stop. */
@Command(
        name = "start",
        description = "Start name server and broker in one process, or a node of a cluster (cluster.nodes). Data goes to"
                + " ./data unless a setting says otherwise.",
        mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
    @Option(names = {"-c", "--config"}, paramLabel = "FILE", description = "properties file, also RocketMQ's broker.conf")
    private Path config;

    @Mixin
    private StartOptions options;

    @Override
    public Integer call() throws Exception {
        ServerConfig parsed = Launch.configuration(Role.BROKER, List.of(), config, options.sets());
        if (parsed == null) {
            return Launch.WRONG_CONFIGURATION;
        }
        LogPlace place = LogPlace.inData(parsed);
        RunningServers.Note note = new RunningServers.Note();
        if (parsed.cluster() != null) {
            return Launch.run(new Launch.Run<>(
                    parsed, place, true, () -> ClusterNode.start(parsed, StartCommand::halt), (node, ms) -> {
                        Announcement.clusterNode(node, ms);
                        Announcement.log(place);
                        note.write("node", Announcement.about(node));
                    }, note));
        }
        return Launch.run(new Launch.Run<>(parsed, place, true, () -> Server.start(parsed), (server, ms) -> {
            Announcement.broker(server, ms);
            Announcement.log(place);
            note.write("server", Announcement.about(server));
        }, note));
    }

    /**
     * Ends the process at once: a node that has lost its place in its cluster must neither answer nor write. Nothing is lost
     * by it that the cluster has acknowledged.
     */
    private static void halt(Throwable cause) {
        System.err.println("Posthorse ends: this node of the cluster cannot go on. " + cause.getMessage()
                + "\nThe other nodes go on without it. Mend the cause, and start it again.");
        System.err.flush();
        Runtime.getRuntime().halt(Launch.NODE_FAILED);
    }
}
