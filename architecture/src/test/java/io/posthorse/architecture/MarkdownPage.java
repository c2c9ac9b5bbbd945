package io.posthorse.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a page is built of, without its sentences: a translation has the same.
 *
 * @param file where it is
 * @param headings texts of the headings, with the signs that give the level
 * @param tables the number of rows of each table, its head among them
 * @param items the number of list items
 * @param blocks the language of each code block
 * @param links targets with what is behind {@code #}, in the order of the alphabet, each once
 */
record MarkdownPage(
        Path file, List<String> headings, List<Integer> tables, int items, List<String> blocks, List<String> links) {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)]+)\\)");
    private static final Pattern ITEM = Pattern.compile("\\s*([-*]|\\d+\\.) .*");
    private static final String CHINESE = ".zh-CN.md";

    /** Reads a page. */
    static MarkdownPage read(Path file) throws IOException {
        List<String> headings = new ArrayList<>();
        List<Integer> tables = new ArrayList<>();
        List<String> blocks = new ArrayList<>();
        TreeSet<String> links = new TreeSet<>();
        int items = 0;
        boolean inBlock = false;
        String before = "";
        for (String line : Files.readAllLines(file)) {
            if (line.startsWith("```")) {
                if (!inBlock) {
                    blocks.add(line.substring(3).strip());
                }
                inBlock = !inBlock;
            } else if (!inBlock) {
                if (line.matches("#{1,6} .*")) {
                    headings.add(line);
                }
                if (line.startsWith("|") && !before.startsWith("|")) {
                    tables.add(1);
                } else if (line.startsWith("|")) {
                    tables.add(tables.removeLast() + 1);
                }
                if (ITEM.matcher(line).matches()) {
                    items++;
                }
                Matcher link = LINK.matcher(line);
                while (link.find()) {
                    links.add(link.group(1));
                }
            }
            before = line;
        }
        return new MarkdownPage(file, headings, tables, items, blocks, List.copyOf(links));
    }

    /** Finds all pages of the checkout, but for what a build made. */
    static List<Path> all() throws IOException {
        try (Stream<Path> files = Files.walk(Checkout.ROOT)) {
            return files.filter(f -> f.toString().endsWith(".md"))
                    .filter(f -> !Checkout.name(f).replace('\\', '/').matches("(.*/)?(target|\\.[^/]*)/.*"))
                    .sorted()
                    .toList();
        }
    }

    static boolean isChinese(Path file) {
        return file.toString().endsWith(CHINESE);
    }

    /** Returns the file that has the same page in the other language, which need not exist. */
    static Path twin(Path file) {
        String name = file.getFileName().toString();
        return file.resolveSibling(isChinese(file) ? name.replace(CHINESE, ".md") : name.replace(".md", CHINESE));
    }

    /** Levels of the headings. */
    List<Integer> levels() {
        return headings.stream().map(h -> h.indexOf(' ')).toList();
    }

    /** Returns the pages that it links to, each by the name of the English one, and the addresses elsewhere. */
    List<String> targets() {
        return links.stream()
                .filter(l -> !l.startsWith("#"))
                .map(l -> l.replaceAll("#.*", "").replace(CHINESE, ".md"))
                .distinct()
                .sorted()
                .toList();
    }

    /** Returns the names by which links reach the headings: what is shown of them, small, with - for each blank. */
    List<String> anchors() {
        return headings.stream()
                .map(h -> h.substring(h.indexOf(' ') + 1).strip().replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1"))
                .map(h -> h.toLowerCase(Locale.ROOT).replaceAll("[^\\p{IsAlphabetic}\\p{IsDigit} _-]", "").replace(' ', '-'))
                .toList();
    }
}
