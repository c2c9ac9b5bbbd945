package io.posthorse.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line: {@code posthorse COMMAND ...}. */
@Command(
        name = "posthorse",
        description = "One message broker for the clients a team already has.",
        mixinStandardHelpOptions = true,
        version = "posthorse 0.1.0",
        subcommands = {
            StartCommand.class, NameServerCommand.class, DelayedCommand.class, TransactionsCommand.class, MqBroker.class,
            MqNameServer.class, MqShutdown.class
        })
public final class Main implements Runnable {
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
        System.exit(new CommandLine(new Main()).execute(arguments));
    }
}
