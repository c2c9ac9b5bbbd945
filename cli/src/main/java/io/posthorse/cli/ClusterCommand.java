package io.posthorse.cli;

import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.server.Refetch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The commands about a cluster; all but {@code init} ask any of its nodes. */
@Command(
        name = "cluster",
        description = "Make the certificates of a cluster, say who leads it, hand leadership over, add and remove nodes.",
        subcommands = ClusterInitCommand.class,
        mixinStandardHelpOptions = true)
final class ClusterCommand {
    private static final String ADDRESS = "address of the name server of any node, ${DEFAULT-VALUE} by default";
    private static final String DEFAULT = "127.0.0.1:9876";
    private static final double EVERY_SECONDS_MIN = 0.05;
    private static final long ASK_AGAIN_MS = 300;

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
            @Option(names = {"-n", "--nameserver"}, paramLabel = "HOST:PORT", defaultValue = DEFAULT, description = ADDRESS
                    + "; more after a semicolon each, of which the first that answers is taken") String nameServers,
            @Option(names = {"-o", "--output"}, paramLabel = "FORMAT", defaultValue = "table",
                    description = "table, the default, or json, in one line") String output,
            @Option(names = "--every", paramLabel = "SECONDS",
                    description = "look again and again, so many seconds apart, until Ctrl-C") Double every,
            @Mixin RemoteAccess access) {
        return run(() -> {
            if (!output.equals("table") && !output.equals("json")) {
                throw new CommandFailedException(Launch.WRONG_CONFIGURATION, "There is no output " + output + "; nothing was"
                        + " asked. Write -o table or -o json.");
            }
            List<String> addresses = new ArrayList<>(List.of(nameServers.split("\\s*;\\s*")));
            if (every == null) {
                return look(addresses, output, access);
            }
            if (!(every >= EVERY_SECONDS_MIN)) {
                throw new CommandFailedException(Launch.WRONG_CONFIGURATION, "--every " + every + ": at least "
                        + EVERY_SECONDS_MIN + " seconds, please; nothing was asked.");
            }
            int code;
            do {
                code = run(() -> look(addresses, output, access));
                pause(Math.round(every * 1_000));
            } while (code != Launch.WRONG_CONFIGURATION && !spec.commandLine().getOut().checkError());
            return code;
        });
    }

    private int look(List<String> nameServers, String output, RemoteAccess access) throws CommandFailedException {
        ClusterLine.View view = ClusterLine.first(nameServers, access);
        if (output.equals("json")) {
            print(new JsonWriter().value(view.json()).toString());
        } else {
            print(view);
        }
        return view.leader() == null ? Launch.NOT_STARTED : Launch.WELL;
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
        view.records().stream().filter(records -> records.found() > 0).forEach(records -> print(records.text()));
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

    @Command(name = "add", description = "Add a node, which has been started with an empty directory and the nodes of the"
            + " cluster and itself in cluster.nodes. Waits until it has fetched what the cluster has and is a member; the"
            + " same command goes on with it later.", mixinStandardHelpOptions = true)
    int add(
            @Option(names = {"-n", "--nameserver"}, paramLabel = "HOST:PORT", defaultValue = DEFAULT, description = ADDRESS)
                    String nameServer,
            @Option(names = "--wait", paramLabel = "SECONDS", defaultValue = "600",
                    description = "how long to wait for it, ${DEFAULT-VALUE} by default") int seconds,
            @Parameters(paramLabel = "NODE", description = "NAME=HOST:PORT, as in cluster.nodes") String node,
            @Mixin RemoteAccess access) {
        return run(() -> {
            NamedNode named = NamedNode.one(node);
            long until = System.currentTimeMillis() + seconds * 1_000L;
            boolean isTold = false;
            while (!ClusterLine.add(nameServer, named, access)) {
                if (!isTold) {
                    isTold = true;
                    print("Node " + named.name() + " fetches what the cluster has.");
                }
                if (System.currentTimeMillis() >= until) {
                    throw new CommandFailedException(Launch.NOT_STARTED, "Node " + named.name() + " is no member after "
                            + seconds + " s. It goes on fetching where it runs, and its log says how far it is. Give the"
                            + " same command again to make it a member.");
                }
                pause(ASK_AGAIN_MS);
            }
            print("Node " + named.name() + " is a member now. Name it in cluster.nodes of the other nodes, too; they read"
                    + " that at their next start.");
            return Launch.WELL;
        });
    }

    private static void pause(long ms) throws CommandFailedException {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailedException(Launch.NOT_STARTED, "Interrupted. Give the same command again to go on.");
        }
    }

    @Command(name = "remove", description = "Remove a node for good, such as one whose machine is lost. It must not lead.",
            mixinStandardHelpOptions = true)
    int remove(
            @Option(names = {"-n", "--nameserver"}, paramLabel = "HOST:PORT", defaultValue = DEFAULT, description = ADDRESS)
                    String nameServer,
            @Parameters(paramLabel = "NODE", description = "name of the node") String node,
            @Mixin RemoteAccess access) {
        return run(() -> {
            ClusterLine.remove(nameServer, node, access);
            print("Node " + node + " is no member any more. Take it out of cluster.nodes of the others, and destroy its"
                    + " directory and its certificate.");
            return Launch.WELL;
        });
    }

    @Command(name = "refetch", description = "Have a node that has diverged give up its copy, and fetch everything anew at"
            + " its next start. The copy is set aside. The node must not be running.", mixinStandardHelpOptions = true)
    int refetch(
            @Option(names = {"-d", "--data"}, paramLabel = "DIR", required = true, description = "the node's data directory")
                    Path data) {
        return run(() -> {
            try {
                int count = Refetch.prepare(data);
                print("The node's copy is set aside (files: " + count + "), as " + data.resolve("diverged-*") + ". Start the"
                        + " node again: it fetches everything anew, and is the same member then. Delete these files when"
                        + " you need them no more.");
                return Launch.WELL;
            } catch (IOException e) {
                throw new CommandFailedException(Launch.NOT_STARTED, e.getMessage());
            }
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
