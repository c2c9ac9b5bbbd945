package io.posthorse.cli;

import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code posthorse COMMAND ...}. */
@Command(
        name = "posthorse",
        description = "One message broker for the clients a team already has.",
        mixinStandardHelpOptions = true,
        versionProvider = ProductVersion.class,
        footerHeading = "%nPrograms beside the server, which bin/posthorse runs:%n",
        footer = {
            "  quickstart    Start a server, send and receive with the official RocketMQ",
            "                  client, and go on until Ctrl-C. Takes the options of start.",
            "  java          Run a Java source file with RocketMQ's and ActiveMQ's",
            "                  clients: java FILE.java [ARGUMENT...].",
            "  bench         Measure a running broker: messages a second and latency.",
            "  mqadmin       RocketMQ's own tool: mqadmin COMMAND -n HOST:PORT.",
            "  tools         Run a class of RocketMQ's tools or examples.",
            "  build         Build this checkout now, not at the next start.",
            "",
            "posthorse COMMAND --help says more about a command, docs/README.md about",
            "everything."
        })
public final class Main implements Runnable {
    private static final List<Map.Entry<String, Class<?>>> COMMANDS = List.of(
            Map.entry("start", StartCommand.class),
            Map.entry("status", StatusCommand.class),
            Map.entry("stop", StopCommand.class),
            Map.entry("nameserver", NameServerCommand.class),
            Map.entry("up", UpCommand.class),
            Map.entry("cluster", ClusterCommand.class),
            Map.entry("delayed", DelayedCommand.class),
            Map.entry("transactions", TransactionsCommand.class),
            Map.entry("set-aside", SetAsideCommand.class),
            Map.entry("mqbroker", MqBroker.class),
            Map.entry("mqnamesrv", MqNameServer.class),
            Map.entry("mqshutdown", MqShutdown.class),
            Map.entry("help", CommandLine.HelpCommand.class));

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /**
     * Runs a command. Exit codes: 0 success, 1 not started or not done, 2 wrong usage or configuration, 3 the data
     * directory cannot be written, 4 a node of a cluster that cannot go on.
     */
    public static void main(String[] arguments) {
        LastingLogging.use();
        System.exit(commandLine(arguments).execute(arguments));
    }

    /**
     * Returns the command line; where the first argument names a command, with that one only, since reading all takes 0.1
     * s.
     */
    static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        String wanted = arguments.length == 0 ? "" : arguments[0];
        boolean known = !wanted.equals("help") && COMMANDS.stream().anyMatch(command -> command.getKey().equals(wanted));
        for (Map.Entry<String, Class<?>> command : COMMANDS) {
            if (!known || command.getKey().equals(wanted)) {
                line.addSubcommand(command.getKey(), command.getValue());
            }
        }
        return line;
    }
}
