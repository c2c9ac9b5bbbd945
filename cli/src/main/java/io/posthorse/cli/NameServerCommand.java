package io.posthorse.cli;

import io.posthorse.server.LogPlace;
import io.posthorse.server.NameServerProcess;
import io.posthorse.server.config.ConfigSources.Role;
import io.posthorse.server.config.ServerConfig;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The command that runs a name server without a broker until it is told to stop. */
@Command(
        name = "nameserver",
        description = "Start a name server without a broker. Data goes to ./data-nameserver unless a setting says"
            + " otherwise.",
        mixinStandardHelpOptions = true)
final class NameServerCommand implements Callable<Integer> {
    @Option(names = {"-c", "--config"}, paramLabel = "FILE",
            description = "properties file, also that of RocketMQ's name server")
    private Path config;

    @Mixin
    private StartOptions options;

    @Override
    public Integer call() throws Exception {
        ServerConfig parsed = Launch.configuration(
                Role.NAME_SERVER, List.of("storePathRootDir=data-nameserver"), config, options.sets());
        if (parsed == null) {
            return Launch.WRONG_CONFIGURATION;
        }
        LogPlace place = LogPlace.inData(parsed);
        RunningServers.Note note = new RunningServers.Note();
        return Launch.run(new Launch.Run<>(parsed, place, true, () -> NameServerProcess.start(parsed), (server, ms) -> {
            Announcement.nameServer(server, ms);
            Announcement.log(place);
            note.write("nameserver", Announcement.about(server));
        }, note));
    }
}
