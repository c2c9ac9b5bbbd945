package io.posthorse.clustertest.round;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the command line says.
 *
 * @param faultsEach faults of a round
 * @param labRounds rounds after which nodes begin anew
 * @param upgradeTo another build; null for none
 * @param settings further settings of all nodes
 * @param slower factor of the clients' pauses
 */
record Options(int rounds, int nodes, List<FaultKind> faults, long seed, int faultsEach, int labRounds, Path upgradeTo,
        Map<String, String> settings, int slower, boolean keep, boolean clean, boolean help) {

    /** Reads the command line; fails with a sentence where it makes no sense. */
    static Options parse(String... args) {
        Map<String, String> values = new LinkedHashMap<>();
        Map<String, String> settings = new LinkedHashMap<>();
        List<String> words = new ArrayList<>(List.of(args));
        while (!words.isEmpty()) {
            String word = words.removeFirst();
            switch (word) {
                case "--keep", "--clean", "--help" -> values.put(word, "");
                case "--rounds", "--nodes", "--faults", "--seed", "--faults-each", "--lab-rounds", "--upgrade-to",
                        "--slower" ->
                        values.put(word, value(word, words));
                case "--set" -> {
                    String[] pair = value(word, words).split("=", 2);
                    settings.put(pair[0], pair.length == 2 ? pair[1] : "");
                }
                default -> throw new IllegalArgumentException("Unknown option " + word + "; --help lists all.");
            }
        }
        int nodes = number(values, "--nodes", 3, 1, 5);
        String other = values.get("--upgrade-to");
        return new Options(number(values, "--rounds", 10, 1, 1_000_000), nodes, faults(values.get("--faults"), nodes),
                values.containsKey("--seed") ? Long.parseLong(values.get("--seed")) : System.nanoTime() % 1_000_000_000L,
                number(values, "--faults-each", 2, 1, 20), number(values, "--lab-rounds", 10, 1, 1_000),
                other == null ? null : Path.of(other).toAbsolutePath(), settings,
                number(values, "--slower", 1, 1, 1_000), values.containsKey("--keep"),
                values.containsKey("--clean"), values.containsKey("--help"));
    }

    private static List<FaultKind> faults(String words, int nodes) {
        if (words == null) {
            return List.of(FaultKind.values()).stream().filter(kind -> kind.nodes() <= nodes).toList();
        }
        List<FaultKind> kinds = FaultKind.parse(words);
        for (FaultKind kind : kinds) {
            if (kind.nodes() > nodes) {
                throw new IllegalArgumentException("Fault " + kind.word() + " needs " + kind.nodes()
                        + " nodes or more, and there"
                        + " are " + nodes + ".");
            }
        }
        return kinds;
    }

    private static String value(String option, List<String> words) {
        if (words.isEmpty()) {
            throw new IllegalArgumentException("Option " + option + " needs a value.");
        }
        return words.removeFirst();
    }

    private static int number(Map<String, String> values, String option, int otherwise, int min, int max) {
        String text = values.get(option);
        if (text == null) {
            return otherwise;
        }
        try {
            int number = Integer.parseInt(text);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Option " + option + " is a number, and not \"" + text + "\".", e);
        }
        throw new IllegalArgumentException("Option " + option + " is from " + min + " to " + max + ", and not "
                + text + ".");
    }

    /** Returns the text for {@code --help}. */
    static String usage() {
        StringBuilder text = new StringBuilder("""
                bin/cluster-test [--rounds N] [--faults KIND,KIND...] [--nodes N] [--seed S] ...
                Starts nodes, each with a network, a disk and a clock of its own, lets original clients send and consume, and
                faults happen. Then it reads all nodes and accounts for every message. Linux, as root.

                  --rounds N        rounds (10)
                  --faults KINDS    what may happen, separated by commas (all that the number of nodes allows)
                  --nodes N         nodes, 1 to 5 (3); 1 is a broker without a cluster
                  --seed S          chooses the faults, their order and their places; printed, so that a run can be repeated
                  --faults-each N   faults in a round, one after the other (2)
                  --lab-rounds N    rounds after which all nodes begin anew with empty disks (10)
                  --upgrade-to DIR  another checkout, built, to which "upgrade" goes; without it, nodes are started again
                  --set KEY=VALUE   a setting of all nodes; again for more
                  --slower N        clients pause N times as long between what they do (1): on few processors, times of
                                    clients that hurry say more about the processors than about the cluster
                  --keep            keep disks, outputs and events, and say where they are
                  --clean           only undo what an earlier run has left that was killed
                  --help            this text

                Faults:
                """);
        for (FaultKind kind : FaultKind.values()) {
            text.append(String.format("  %-12s %s%s%n", kind.word(), kind.meaning(),
                    kind.nodes() > 1 ? " (needs " + kind.nodes() + " nodes)" : ""));
        }
        return text + """

                Times, from a fault on: T1 the cluster has noticed, T2 there is a new leader, T3 the first send that began
                after the fault is acknowledged, T4 the first message of those is delivered, T5 all nodes have everything
                again.

                Exit code 0: every message is accounted for. 1: something is wrong, and was printed. 2: a wrong command line.
                3: skipped, as this system cannot do it; the reason was printed.
                """;
    }
}
