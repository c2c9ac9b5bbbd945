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
        version = "posthorse 0.1.0")
public final class Main implements Runnable {
    private static final List<Map.Entry<String, Class<?>>> COMMANDS = List.of(
            Map.entry("start", StartCommand.class),
            Map.entry("nameserver", NameServerCommand.class),
            Map.entry("delayed", DelayedCommand.class),
            Map.entry("transactions", TransactionsCommand.class),
            Map.entry("set-aside", SetAsideCommand.class),
            Map.entry("mqbroker", MqBroker.class),
            Map.entry("mqnamesrv", MqNameServer.class),
            Map.entry("mqshutdown", MqShutdown.class));

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }

    /**
     * Exit codes: 0 well, 1 could not start or was not done, 2 wrong usage or configuration, 3 the data directory cannot be
     * written.
     */
    public static void main(String[] arguments) {
        LastingLogging.use();
        System.exit(commandLine(arguments).execute(arguments));
    }

    /** Where the first argument names a command, no other one is read: to read all of them takes a tenth of a second. */
    static CommandLine commandLine(String... arguments) {
        CommandLine line = new CommandLine(new Main());
        String wanted = arguments.length == 0 ? "" : arguments[0];
        boolean known = COMMANDS.stream().anyMatch(command -> command.getKey().equals(wanted));
        for (Map.Entry<String, Class<?>> command : COMMANDS) {
            if (!known || command.getKey().equals(wanted)) {
                line.addSubcommand(command.getKey(), command.getValue());
            }
        }
        return line;
    }
}
