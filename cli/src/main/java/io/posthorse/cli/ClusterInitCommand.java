package io.posthorse.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command that makes the certificates of a cluster, and a directory of files for each node. */
@Command(
        name = "init",
        description = "Make the certificate authority of a cluster, and a directory for each node with the files by"
                + " which nodes know each other. What is there already is kept, so the same command adds nodes later.",
        mixinStandardHelpOptions = true)
final class ClusterInitCommand implements Callable<Integer> {
    private static final int DAYS_MAX = 36_500;
    private static final Pattern PLAIN = Pattern.compile("[\\w./:=,+@%-]+");

    @Option(names = {"-n", "--nodes"}, paramLabel = "NODES", required = true,
            description = "NAME=HOST or NAME=HOST:PORT for each node, with commas between; HOST:PORT where a node has"
                    + " the name of its host")
    private String list;

    @Option(names = {"-o", "--out"}, paramLabel = "DIR", defaultValue = "cluster",
            description = "directory of the authority, ${DEFAULT-VALUE} by default")
    private Path directory;

    @Option(names = "--group", paramLabel = "ID",
            description = "for a new authority of a cluster that is there already: what the file group of its nodes says")
    private UUID group;

    @Option(names = "--days", paramLabel = "N", defaultValue = "3650",
            description = "days for which the certificates of the nodes are valid, ${DEFAULT-VALUE} by default; that of"
                    + " a new authority is valid for twice as many")
    private int days;

    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        try {
            if (days < 1 || days > DAYS_MAX) {
                throw new CommandFailedException(Launch.WRONG_CONFIGURATION, "--days " + days + " is not a number from 1 to "
                        + DAYS_MAX + ". Nothing was made. Leave it out, or give one of them.");
            }
            List<NamedNode> nodes = NamedNode.list(list);
            Duration valid = Duration.ofDays(days);
            try (ClusterAuthority authority = ClusterAuthority.open(directory, group, valid, Instant.now())) {
                make(authority, nodes, valid, out, err);
            }
            return Launch.WELL;
        } catch (CommandFailedException e) {
            err.println(e.getMessage());
            return e.exitCode();
        } catch (IOException e) {
            err.println("Not everything could be made in " + directory + " (" + WholeFiles.reason(e) + "). Directories"
                    + " of nodes that are there are whole. Let this user write there, and run the command again: it"
                    + " makes what is missing.");
            return Launch.NOT_STARTED;
        } finally {
            out.flush();
            err.flush();
        }
    }

    private static void make(
            ClusterAuthority authority, List<NamedNode> nodes, Duration valid, PrintWriter out, PrintWriter err)
            throws IOException {
        Map<String, NamedNode> all = new LinkedHashMap<>();
        authority.nodes().forEach(node -> all.put(node.name(), node));
        nodes.forEach(node -> all.put(node.name(), node));
        out.println((authority.isNew() ? "Made a new authority in " : "The authority is the one in ") + authority.directory()
                + ": group " + authority.group() + ", valid until " + day(authority.end()) + ".");
        for (NamedNode node : nodes) {
            Path bundle = authority.bundle(node).directory();
            if (!authority.bundle(node).exists()) {
                Instant end = authority.issue(node, valid);
                out.println("Made " + bundle + " for " + node.host() + ", valid until " + day(end) + ".");
                continue;
            }
            out.println(bundle + " is there already, and was left as it is.");
            String problem = authority.problem(node);
            if (problem != null) {
                err.println("WARNING: Other nodes will refuse a node with " + bundle + ": " + problem + ". Move that"
                        + " directory elsewhere and run the command again, and a new one is made.");
            }
        }
        out.println("Who has " + authority.directory().resolve(ClusterAuthority.KEY) + " can make nodes of this cluster."
                + " Keep it, with a copy, where none of them runs.");
        if (all.size() % 2 == 0) {
            err.println("WARNING: The cluster has " + all.size() + " nodes, and goes on after the failure of "
                    + (all.size() / 2 - 1) + " of them, no more than with " + (all.size() - 1) + ". Add or leave out one.");
        }
        String list = all.values().stream().map(NamedNode::text).collect(Collectors.joining(","));
        for (NamedNode node : nodes) {
            printStart(node, authority.bundle(node).directory(), list, out);
        }
    }

    private static void printStart(NamedNode node, Path bundle, String list, PrintWriter out) {
        out.println();
        out.println("Node " + node.name() + ": copy " + bundle + " to " + node.host() + ", for the user of the server"
                + " alone, and start it there:");
        out.println("  bin/posthorse start --set " + quoted("cluster.nodes=" + list)
                + " --set cluster.node=" + node.name() + " --set " + quoted("cluster.certificates=" + bundle)
                + " --set bind=0.0.0.0 --set insecure=true");
    }

    private static String day(Instant time) {
        return time.atOffset(ZoneOffset.UTC).toLocalDate().toString();
    }

    /** Returns a word as a shell reads it. */
    private static String quoted(String word) {
        return PLAIN.matcher(word).matches() ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
