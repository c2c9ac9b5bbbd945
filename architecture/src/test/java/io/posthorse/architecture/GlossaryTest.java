package io.posthorse.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The glossary is consistent, and the pages use its words. */
class GlossaryTest {
    private static final Path GLOSSARY = Checkout.ROOT.resolve("docs").resolve("glossary.md");
    private static final int TERM_COLUMNS = 4;

    /** Returns the cells of a table's row, stripped. */
    private static List<List<String>> rows(int columns) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        for (String line : Files.readAllLines(GLOSSARY)) {
            if (line.startsWith("| ") && !line.startsWith("|--")) {
                List<String> cells = Stream.of(line.substring(1).split("\\|")).map(String::strip).toList();
                if (cells.size() == columns && !cells.get(0).equals("term") && !cells.get(0).equals("not")) {
                    rows.add(cells);
                }
            }
        }
        return rows;
    }

    private static boolean isChinese(String text) {
        return text.codePoints().anyMatch(c -> Character.UnicodeScript.of(c) == Character.UnicodeScript.HAN);
    }

    @Test
    void everyTermIsUniqueAndInBothLanguages() throws IOException {
        List<List<String>> rows = rows(TERM_COLUMNS);
        assertTrue(rows.size() > 50, "terms: " + rows.size());
        Set<String> english = new HashSet<>();
        Set<String> chinese = new HashSet<>();
        List<String> wrong = new ArrayList<>();
        for (List<String> row : rows) {
            if (isChinese(row.get(0)) || isChinese(row.get(1)) || !isChinese(row.get(3))) {
                wrong.add(row.get(0) + ": a column is empty or in the other language");
            }
            if (!english.add(row.get(0)) || !row.get(2).equals("topic") && !chinese.add(row.get(2))) {
                wrong.add(row.get(0) + ": a term that is there already");
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void pagesUseTheWordsOfTheGlossary() throws IOException {
        List<String> wrong = new ArrayList<>();
        List<List<String>> kept = rows(2);
        assertTrue(kept.size() > 5, "rows: " + kept.size());
        for (Path page : pages()) {
            boolean chinese = page.toString().endsWith(".zh-CN.md");
            int number = 0;
            for (String line : Files.readAllLines(page)) {
                number++;
                for (List<String> row : kept) {
                    for (String not : row.get(0).split("、|, ")) {
                        if (isChinese(row.get(1) + row.get(0)) == chinese && says(line, not)) {
                            wrong.add(Checkout.name(page) + ":" + number + ": not \"" + not + "\" but " + row.get(1));
                        }
                    }
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** Removes code in backticks and links, which may contain other projects' words. */
    private static boolean says(String line, String word) {
        String prose = line.replaceAll("`[^`]*`", "").replaceAll("\\([^)]*\\)", "");
        return prose.toLowerCase(Locale.ROOT).contains(word.toLowerCase(Locale.ROOT));
    }

    private static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>();
        for (String place : List.of("docs", "docs/protocols", "docs/formats", "examples")) {
            try (Stream<Path> files = Files.walk(Checkout.ROOT.resolve(place), place.equals("examples") ? 2 : 1)) {
                files.filter(f -> f.toString().endsWith(".md") && !f.equals(GLOSSARY)).forEach(pages::add);
            }
        }
        for (String name : List.of("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md")) {
            pages.add(Checkout.ROOT.resolve(name));
            pages.add(MarkdownPage.twin(Checkout.ROOT.resolve(name)));
        }
        return pages;
    }
}
