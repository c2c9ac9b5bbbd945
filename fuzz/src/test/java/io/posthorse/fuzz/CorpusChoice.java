package io.posthorse.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/**
 * Chooses the inputs to commit from those of a libFuzzer merge: few inputs that together reach most branches. Inputs with a
 * name of their own, such as those that found a fault, always stay.
 */
final class CorpusChoice {
    private static final int FILES_MAX = 56;
    private static final int BYTES_MAX = 4_096;
    /** Number of features of a branch: classes of how often it was taken. */
    private static final int COUNTS = 8;

    /** An input, with the branches that it takes and how often. */
    private record Reached(Path input, BitSet branches, BitSet features) {}

    private CorpusChoice() {}

    /**
     * Chooses the inputs.
     *
     * @param arguments the control file of a merge, and the directory of the corpus
     */
    public static void main(String[] arguments) throws IOException {
        Path corpus = Path.of(arguments[1]);
        List<Reached> left = read(Path.of(arguments[0]));
        List<Path> chosen = new ArrayList<>();
        BitSet branches = new BitSet();
        BitSet features = new BitSet();
        List<Reached> named = left.stream().filter(r -> isNamed(r.input, corpus)).toList();
        left.removeAll(named);
        named.forEach(r -> take(r, chosen, branches, features));
        while (chosen.size() < FILES_MAX && !left.isEmpty()) {
            Reached best = left.getFirst();
            long most = -1;
            for (Reached one : left) {
                long gain = (long) news(one.branches, branches) << 32 | news(one.features, features);
                if (gain > most) {
                    most = gain;
                    best = one;
                }
            }
            if (most == 0) {
                break;
            }
            left.remove(best);
            take(best, chosen, branches, features);
        }
        replace(corpus, chosen);
    }

    private static boolean isNamed(Path input, Path corpus) {
        return input.getParent().equals(corpus) && !input.getFileName().toString().matches("[0-9a-f]{40}");
    }

    private static void take(Reached one, List<Path> chosen, BitSet branches, BitSet features) {
        chosen.add(one.input);
        branches.or(one.branches);
        features.or(one.features);
    }

    private static int news(BitSet of, BitSet known) {
        BitSet news = (BitSet) of.clone();
        news.andNot(known);
        return news.cardinality();
    }

    /**
     * Parses the file: a count of inputs, another count, a line with the path of each input, then lines of words about them.
     */
    private static List<Reached> read(Path control) throws IOException {
        List<String> lines = Files.readAllLines(control);
        int count = Integer.parseInt(lines.get(0));
        List<Reached> found = new ArrayList<>();
        for (String line : lines.subList(2 + count, lines.size())) {
            String[] words = line.split(" ");
            if (words[0].equals("FT")) {
                Path input = Path.of(lines.get(2 + Integer.parseInt(words[1])));
                Reached one = new Reached(input, new BitSet(), new BitSet());
                for (int i = 2; i < words.length; i++) {
                    int feature = Integer.parseInt(words[i]);
                    one.features.set(feature);
                    one.branches.set(feature / COUNTS);
                }
                if (Files.size(input) <= BYTES_MAX) {
                    found.add(one);
                }
            }
        }
        return found;
    }

    private static void replace(Path corpus, List<Path> chosen) throws IOException {
        for (Path input : chosen) {
            Path to = corpus.resolve(input.getFileName());
            if (!input.equals(to)) {
                Files.copy(input, to, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        List<Path> names = chosen.stream().map(input -> corpus.resolve(input.getFileName())).toList();
        try (Stream<Path> files = Files.list(corpus)) {
            for (Path file : files.filter(f -> !names.contains(f)).toList()) {
                Files.delete(file);
            }
        }
    }
}
