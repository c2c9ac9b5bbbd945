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
 * The structure of a page without its sentences, which a translation shares.
 *
 * @param file its path
 * @param headings texts of the headings, with the marks of their levels
 * @param tables the number of rows of each table, including its head
 * @param items the number of list items
 * @param blocks the language of each code block
 * @param links distinct targets with their fragments, in alphabetical order
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

    /** Returns all pages of the checkout, without those in build directories. */
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

    /** Returns the file of the same page in the other language, which may not exist. */
    static Path twin(Path file) {
        String name = file.getFileName().toString();
        return file.resolveSibling(isChinese(file) ? name.replace(CHINESE, ".md") : name.replace(".md", CHINESE));
    }

    /** Returns the levels of the headings. */
    List<Integer> levels() {
        return headings.stream().map(h -> h.indexOf(' ')).toList();
    }

    /** Returns the linked pages, each by the name of the English one, and the linked addresses elsewhere. */
    List<String> targets() {
        return links.stream()
                .filter(l -> !l.startsWith("#"))
                .map(l -> l.replaceAll("#.*", "").replace(CHINESE, ".md"))
                .distinct()
                .sorted()
                .toList();
    }

    /** Returns the fragments of the headings: their shown text in lower case, with - for each blank. */
    List<String> anchors() {
        return headings.stream()
                .map(h -> h.substring(h.indexOf(' ') + 1).strip().replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1"))
                .map(h -> h.toLowerCase(Locale.ROOT).replaceAll("[^\\p{IsAlphabetic}\\p{IsDigit} _-]", "").replace(' ', '-'))
                .toList();
    }
}
