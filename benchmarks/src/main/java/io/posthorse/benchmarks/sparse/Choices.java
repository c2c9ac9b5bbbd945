package io.posthorse.benchmarks.sparse;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The parameters of a measurement.
 *
 * @param folder directory for all files
 * @param bytes size of the log
 * @param body size of a message's body
 * @param share percentage of messages that are still needed
 * @param window newest bytes of the log that retention keeps
 * @param later bytes that are written before later expiries are measured
 * @param behind bytes that are sent to a server before it is killed
 * @param rounds number of measured starts
 * @param sparse whether zeros are stored as holes
 * @param server whether a server does the cleaning and answers requests meanwhile, instead of a broker whose steps are timed
 * @param names of scenarios
 */
record Choices(
        Path folder, long bytes, int body, int share, long window, long later, long behind, int rounds, boolean sparse,
        boolean server, List<String> names) {
    static final String USAGE = "usage: [--data FOLDER] [--size GB] [--body BYTES] [--share PERCENT] [--window GB]"
            + " [--later GB] [--behind MB] [--rounds N] [--real] [--server] letter|stuck|prepared|groups|timers|start ...";

    private static final List<String> FLAGS = List.of("--real", "--server");

    static Choices of(List<String> arguments) {
        Path folder = Path.of("sparse-test");
        long bytes = 100L << 30;
        int body = 256 << 10;
        int share = 10;
        long window = 5L << 30;
        long later = 20L << 30;
        long behind = 120L << 20;
        int rounds = 3;
        boolean sparse = true;
        boolean server = false;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            String value = argument.startsWith("--") && i + 1 < arguments.size() ? arguments.get(i + 1) : "";
            i += argument.startsWith("--") && !FLAGS.contains(argument) ? 1 : 0;
            switch (argument) {
                case "--data" -> folder = Path.of(value);
                case "--size" -> bytes = Long.parseLong(value) << 30;
                case "--body" -> body = Integer.parseInt(value);
                case "--share" -> share = Integer.parseInt(value);
                case "--window" -> window = Long.parseLong(value) << 30;
                case "--later" -> later = Long.parseLong(value) << 30;
                case "--behind" -> behind = Long.parseLong(value) << 20;
                case "--rounds" -> rounds = Integer.parseInt(value);
                case "--real" -> sparse = false;
                case "--server" -> server = true;
                default -> names.add(argument);
            }
        }
        if (names.isEmpty() || names.stream().anyMatch(name -> name.startsWith("--"))) {
            throw new IllegalArgumentException(USAGE);
        }
        return new Choices(folder, bytes, body, share, window, later, behind, rounds, sparse, server, names);
    }

    Path data() {
        return folder.resolve("data");
    }
}
