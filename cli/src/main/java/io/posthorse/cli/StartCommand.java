package io.posthorse.cli;

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
        description = "Start name server and broker in one process. Data goes to ./data unless a setting says otherwise.",
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
        return Launch.run(new Launch.Run<>(parsed, place, true, () -> Server.start(parsed), (server, ms) -> {
            Announcement.broker(server, ms);
            Announcement.log(place);
            note.write("server", Announcement.about(server));
        }, note));
    }
}
