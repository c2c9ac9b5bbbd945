package io.posthorse.cli;

import io.posthorse.codec.rocketmq.JsonWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands about a cluster; all but {@code init} ask any of its nodes. */
@Command(
        name = "cluster",
        description = "Make the certificates of a cluster, say who leads it, hand leadership over.",
        subcommands = ClusterInitCommand.class,
        mixinStandardHelpOptions = true)
final class ClusterCommand {
    private static final String ADDRESS = "address of the name server of any node, ${DEFAULT-VALUE} by default";
    private static final String DEFAULT = "127.0.0.1:9876";

    @CommandLine.Spec
    private CommandSpec spec;

    /** Does something with a cluster. */
    private interface Action {
        int act() throws CommandFailedException;
    }

    private int run(Action action) {
        try {
            return action.act();
        } catch (CommandFailedException e) {
            spec.commandLine().getErr().println(e.getMessage());
            return e.exitCode();
        }
    }

    private void print(String line) {
        spec.commandLine().getOut().println(line);
        spec.commandLine().getOut().flush();
    }

    @Command(name = "status", description = "Say who leads, and how far each node is. Exit code 1 where nobody leads.",
            mixinStandardHelpOptions = true)
    int status(
            @Option(names = {"-n", "--nameserver"}, paramLabel = "HOST:PORT", defaultValue = DEFAULT, description = ADDRESS)
                    String nameServer,
            @Option(names = {"-o", "--output"}, paramLabel = "FORMAT", defaultValue = "table",
                    description = "table, the default, or json") String output,
            @Mixin RemoteAccess access) {
        return run(() -> {
            if (!output.equals("table") && !output.equals("json")) {
                throw new CommandFailedException(Launch.WRONG_CONFIGURATION, "There is no output " + output + "; nothing was"
                        + " asked. Write -o table or -o json.");
            }
            ClusterLine.View view = ClusterLine.status(nameServer, access);
            if (output.equals("json")) {
                print(new JsonWriter().value(view.json()).toString());
            } else {
                print(view);
            }
            return view.leader() == null ? Launch.NOT_STARTED : Launch.WELL;
        });
    }

    private void print(ClusterLine.View view) {
        if (view.state().equals("starting")) {
            print("Node " + view.node() + " is starting: it is not part of its cluster yet.");
            return;
        }
        if (view.leader() == null) {
            print("No node leads, as far as node " + view.node() + " knows: a majority of the nodes must run, and reach each"
                    + " other.");
        }
        print(String.format("%-16s %-24s %-10s %-10s %s", "NODE", "ADDRESS", "ROLE", "LACKS", "HEARD OF"));
        for (ClusterLine.Node node : view.nodes()) {
            print(String.format("%-16s %-24s %-10s %-10s %s", node.name(), node.address(), node.role(),
                    node.lag() < 0 ? "-" : Long.toString(node.lag()),
                    node.silentMs() < 0 ? "-" : node.silentMs() + " ms ago"));
        }
    }

    @Command(name = "transfer", description = "Hand leadership to a node, such as before maintenance of the one that leads.",
            mixinStandardHelpOptions = true)
    int transfer(
            @Option(names = {"-n", "--nameserver"}, paramLabel = "HOST:PORT", defaultValue = DEFAULT, description = ADDRESS)
                    String nameServer,
            @Parameters(paramLabel = "NODE", description = "name of the node that shall lead") String node,
            @Mixin RemoteAccess access) {
        return run(() -> {
            ClusterLine.transfer(nameServer, node, access);
            print("Node " + node + " leads now.");
            return Launch.WELL;
        });
    }

    @Command(name = "quorum", description = "Say whether the cluster goes on when the asked node stops. Exit code 1 where it"
            + " would lose its majority: for hooks that run before a stop.", mixinStandardHelpOptions = true)
    int quorum(
            @Option(names = {"-n", "--nameserver"}, paramLabel = "HOST:PORT", defaultValue = DEFAULT,
                    description = "address of the name server of the node that shall stop, ${DEFAULT-VALUE} by default")
                    String nameServer,
            @Mixin RemoteAccess access) {
        return run(() -> {
            ClusterLine.View view = ClusterLine.status(nameServer, access);
            if (view.hasMajorityWithout(view.node())) {
                print("The cluster has a majority without node " + view.node() + ": it can be stopped.");
                return Launch.WELL;
            }
            print(view.leader() == null
                    ? "No node leads, as far as node " + view.node() + " knows. Do not stop it."
                    : "Without node " + view.node() + " the cluster would have no majority, and accept nothing. Start the"
                            + " nodes that are away first.");
            return Launch.NOT_STARTED;
        });
    }
}
