package io.posthorse.cli;

import io.posthorse.server.LogPlace;
import io.posthorse.server.NameServerProcess;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources.Role;
import io.posthorse.server.config.ServerConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command for a name server without a broker, with options and exit codes of RocketMQ's script. */
@Command(name = "mqnamesrv", description = "Start a name server.", exitCodeOnInvalidInput = 1)
final class MqNameServer implements Callable<Integer> {
    @Option(names = {"-c", "--configFile"}, paramLabel = "<arg>", description = "Name server config properties file")
    private Path config;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print help")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Option(names = {"-n", "--namesrvAddr"}, paramLabel = "<arg>",
            description = "Accepted and ignored, as in RocketMQ: name servers do not know each other")
    @SuppressWarnings("UnusedVariable")
    private String nameServers;

    @Option(names = {"-p", "--printConfigItem"}, description = "Print all config items")
    private boolean all;

    @Mixin
    private StartOptions options;

    @Parameters(paramLabel = "KEY=VALUE", description = "settings, as --set takes them")
    private List<String> pairs = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        ScriptHome home = ScriptHome.of(System.getenv());
        List<String> sets = new ArrayList<>(pairs);
        sets.addAll(options.sets());
        ServerConfig parsed = Launch.configuration(Role.NAME_SERVER, List.of(home.store("namesrv")), config, sets);
        if (parsed == null) {
            return Launch.WRONG_CONFIGURATION;
        }
        if (all) {
            ConfigLoader.nameServerSettings(parsed).forEach((key, value) -> System.out.println(key + "=" + value));
            return Launch.WELL;
        }
        LogPlace place = LogPlace.shared(
                parsed, home.logs(), "namesrv-" + parsed.listen().nameServerPort(), "namesrv.log");
        RunningServers.Note running = new RunningServers.Note();
        running.write(
                home.run(), "namesrv", List.of(RunningServers.data(Path.of(parsed.storage().directory()))));
        return Launch.run(new Launch.Run<>(
                parsed, place, false, () -> NameServerProcess.start(parsed), (server, ms) -> greet(server, ms, place),
                running));
    }

    private static void greet(NameServerProcess server, long ms, LogPlace place) {
        Announcement.nameServer(server, ms);
        Announcement.log(place);
        System.out.printf("The Name Server boot success. serializeType=JSON, address %s%n",
                server.config().listen().shown(server.port()));
    }
}
