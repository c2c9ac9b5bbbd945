package io.posthorse.cli;

import io.posthorse.server.LogPlace;
import io.posthorse.server.Server;
import io.posthorse.server.config.ConfigSources.Role;
import io.posthorse.server.config.LiveSettings;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The command for a broker without a name server, with options and exit codes of RocketMQ's script. */
@Command(
        name = "mqbroker",
        description = "Start a broker that registers with name servers in other processes.",
        exitCodeOnInvalidInput = 1)
final class MqBroker implements Callable<Integer> {
    private static final List<String> IMPORTANT = List.of(
            "autoCreateSubscriptionGroup", "autoCreateTopicEnable", "bind", "brokerClusterName", "brokerIP1", "brokerId",
            "brokerName", "brokerRole", "defaultTopicQueueNums", "deleteWhen", "fileReservedTime", "flushDiskType",
            "listenPort", "maxMessageSize", "messageDelayLevel", "namesrvAddr", "storePathRootDir");

    @Option(names = {"-c", "--configFile"}, paramLabel = "<arg>", description = "Broker config properties file")
    private Path config;

    @Option(names = {"-h", "--help"}, usageHelp = true, description = "Print help")
    @SuppressWarnings("UnusedVariable")
    private boolean help;

    @Option(names = {"-m", "--printImportantConfig"}, description = "Print important config item")
    private boolean important;

    @Option(names = {"-n", "--namesrvAddr"}, paramLabel = "<arg>",
            description = "Name server address list, eg: '192.168.0.1:9876;192.168.0.2:9876'")
    private String nameServers;

    @Option(names = {"-p", "--printConfigItem"}, description = "Print all config item")
    private boolean all;

    @Option(names = "--enable-proxy", description = "Also open the port for gRPC clients, as RocketMQ 5's option does")
    private boolean proxy;

    @Mixin
    private StartOptions options;

    @Parameters(paramLabel = "KEY=VALUE", description = "settings, as --set takes them")
    private List<String> pairs = new ArrayList<>();

    @Override
    public Integer call() throws Exception {
        ScriptHome home = ScriptHome.of(System.getenv());
        List<String> presets = List.of(
                "nameserver.enabled=false", "grpc.enabled=" + proxy, "openwire.enabled=false", home.store("broker"));
        List<String> sets = new ArrayList<>(pairs);
        sets.addAll(options.sets());
        if (nameServers != null) {
            sets.add("namesrvAddr=" + nameServers);
        }
        ServerConfig parsed = Launch.configuration(Role.BROKER, presets, config, sets);
        if (parsed == null) {
            return Launch.WRONG_CONFIGURATION;
        }
        if (all || important) {
            print(parsed);
            return Launch.WELL;
        }
        LogPlace place = LogPlace.shared(parsed, home.logs(), parsed.identity().brokerName(), "broker.log");
        RunningServers.Note running = new RunningServers.Note();
        running.write(
                home.run(), "broker", List.of(RunningServers.data(Path.of(parsed.storage().directory()))));
        return Launch.run(new Launch.Run<>(
                parsed, place, false, () -> Server.start(parsed), (server, ms) -> greet(server, ms, place), running));
    }

    private void print(ServerConfig parsed) {
        Map<String, String> shown = new TreeMap<>(LiveSettings.start(parsed, Map.of(), new ArrayList<>()).shown());
        if (!all) {
            shown.keySet().retainAll(IMPORTANT);
        }
        shown.forEach((key, value) -> System.out.println(key + "=" + value));
    }

    private static void greet(Server server, long ms, LogPlace place) throws IOException {
        Announcement.broker(server, ms);
        Announcement.log(place);
        ServerConfig config = server.config();
        List<String> known = config.identity().nameServers();
        for (Server.Served each : server.brokers()) {
            System.out.printf("The broker[%s, %s] boot success. serializeType=JSON%s%n", each.name(),
                    config.listen().advertised(each.port()),
                    known.isEmpty() ? "" : " and name server is " + String.join(";", known));
        }
        if (known.isEmpty() && server.nameServerPort() == ServerConfig.OFF) {
            System.out.println("WARNING: The broker registers with no name server, so clients cannot find it: give -n"
                    + " host:port, set namesrvAddr in the file, or NAMESRV_ADDR in the environment.");
        }
    }
}
