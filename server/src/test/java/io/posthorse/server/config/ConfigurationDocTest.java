package io.posthorse.server.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ConfigurationDocTest {
    private static final Path FILE = Path.of("..", "docs", "configuration.md");
    private static final Path CHINESE = Path.of("..", "docs", "configuration.zh-CN.md");
    private static final Pattern CODE = Pattern.compile("`[^`]+`");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final int SETTING_CELLS = 5;

    /** With the system property {@code posthorse.docs.write=true} the file is generated first. */
    @Test
    void theCommittedFileMatchesTheDeclarations() throws IOException {
        if (Boolean.getBoolean("posthorse.docs.write")) {
            Files.createDirectories(FILE.getParent());
            Files.writeString(FILE, ConfigurationDoc.text());
        }

        assertEquals(ConfigurationDoc.text(), Files.readString(FILE), "the file says how to generate it");
    }

    /** The sentences of the Chinese page are written by hand; the test compares the parts that no translation changes. */
    @Test
    void theChinesePageHasTheSameSectionsAndKeysWithTheSameDefaults() throws IOException {
        List<String> declared = untranslated(ConfigurationDoc.text());
        List<String> chinese = untranslated(Files.readString(CHINESE));
        assertTrue(declared.size() > 60, "found only " + declared);

        for (int i = 0; i < Math.min(declared.size(), chinese.size()); i++) {
            assertEquals(declared.get(i), chinese.get(i), CHINESE + ", row " + (i + 1) + ": correct that row by hand");
        }
        assertEquals(declared.size(), chinese.size(), CHINESE + " has other rows; add or remove them by hand");
    }

    /** Returns the level of each heading, and of each table row the parts that are equal in every language. */
    private static List<String> untranslated(String page) {
        List<String> rows = new ArrayList<>();
        for (String line : page.split("\n")) {
            String[] cells = line.split("(?<!\\\\)\\|", -1);
            if (line.startsWith("#")) {
                rows.add(line.substring(0, line.indexOf(' ')));
            } else if (line.startsWith("| ") && CODE.matcher(cells[1]).find()) {
                rows.add(cells.length - 2 == SETTING_CELLS ? setting(cells) : all(CODE, cells[1]));
            }
        }
        return rows;
    }

    private static String setting(String[] cells) {
        boolean live = cells[5].endsWith("(live) ") || cells[5].endsWith("（可在线修改） ");
        return all(CODE, cells[1]) + ", default " + cells[2].strip() + ", limits " + all(NUMBER, cells[4])
                + (live ? ", live" : "");
    }

    private static String all(Pattern pattern, String cell) {
        return pattern.matcher(cell).results().map(MatchResult::group).collect(Collectors.joining(" "));
    }
}
