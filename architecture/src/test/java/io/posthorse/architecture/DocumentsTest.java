package io.posthorse.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Links, lists and tables of the pages are correct. */
class DocumentsTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(#[^)]*)?\\)");
    private static final Pattern TEST_NAME = Pattern.compile("`(\\w+Test)(?:\\.(\\w+))?`");
    private static final int WALK_FILES_MAX = 12;
    private static final int WALK_LINES_MAX = 3_500;

    @Test
    void linksHaveTargets() throws IOException {
        List<String> broken = new ArrayList<>();
        try (Stream<Path> files = Files.walk(Checkout.ROOT)) {
            List<Path> pages = files.filter(f -> f.toString().endsWith(".md"))
                    .filter(f -> !f.toString().contains("/target/"))
                    .toList();
            for (Path file : pages) {
                Matcher link = LINK.matcher(Files.readString(file));
                while (link.find()) {
                    String to = link.group(1);
                    if (!to.contains("://") && !Files.exists(file.resolveSibling(to))) {
                        broken.add(Checkout.name(file) + " -> " + to);
                    }
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    /** Every copy of the checkout would contain them; the keys of tools belong to a file of the user. */
    @Test
    void filesOfTheCheckoutContainNoSecret() throws IOException {
        for (String line : Files.readAllLines(Checkout.ROOT.resolve("conf").resolve("tools.yml"))) {
            assertTrue(line.startsWith("#") || line.isBlank() || line.endsWith(": \"\""), "conf/tools.yml: a key is set");
        }
        assertTrue(Files.readAllLines(Checkout.ROOT.resolve(".gitignore")).contains("conf/plain_acl.yml"),
                "accounts that a broker of this checkout reads are an operator's");
    }

    @Test
    void theWayOfAMessageIsReadIn12Files() throws IOException {
        String text = Files.readString(Checkout.ROOT.resolve("ARCHITECTURE.md"));
        Matcher link = LINK.matcher(text);
        List<String> files = new ArrayList<>();
        int lines = 0;
        while (link.find()) {
            if (link.group(1).endsWith(".java")) {
                files.add(link.group(1));
                lines += Files.readAllLines(Checkout.ROOT.resolve(link.group(1))).size();
            }
        }
        assertTrue(files.size() >= 8 && files.size() <= WALK_FILES_MAX, "the walk takes " + files.size() + " files");
        assertTrue(lines <= WALK_LINES_MAX, "the walk takes " + lines + " lines");
    }

    @Test
    void theListOfPagesIsComplete() throws IOException {
        List<String> missing = new ArrayList<>();
        Path docs = Checkout.ROOT.resolve("docs");
        String english = Files.readString(docs.resolve("README.md"));
        String chinese = Files.readString(docs.resolve("README.zh-CN.md"));
        try (Stream<Path> files = Files.walk(docs)) {
            for (Path page : files.filter(f -> f.toString().endsWith(".md")).toList()) {
                String name = docs.relativize(page).toString().replace('\\', '/');
                String list = name.endsWith(".zh-CN.md") ? chinese : english;
                if (!name.startsWith("README") && !list.contains("](" + name + ")")) {
                    missing.add(name);
                }
            }
        }
        assertEquals(List.of(), missing, "add a row that says what its reader wants to do");
    }

    @Test
    void testsNamedInTheSecurityTableExistInBothLanguages() throws IOException {
        Matcher named = TEST_NAME.matcher(Files.readString(Checkout.ROOT.resolve("SECURITY.md")));
        List<String> missing = new ArrayList<>();
        List<String> names = new ArrayList<>();
        while (named.find()) {
            String file = "/" + named.group(1) + ".java";
            String method = named.group(2) == null ? "" : "void " + named.group(2) + "(";
            boolean there = false;
            for (Path source : Checkout.sources(false)) {
                there |= source.toString().endsWith(file) && Files.readString(source).contains(method);
            }
            if (!there) {
                missing.add(named.group());
            }
            names.add(named.group());
        }
        assertEquals(List.of(), missing);
        assertTrue(names.size() > 20, "found only " + names);

        Matcher chinese = TEST_NAME.matcher(Files.readString(Checkout.ROOT.resolve("SECURITY.zh-CN.md")));
        List<String> translated = chinese.results().map(MatchResult::group).toList();
        assertEquals(List.of(), names.stream().filter(n -> !translated.contains(n)).toList(), "not in SECURITY.zh-CN.md");
        assertEquals(names, translated, "SECURITY.zh-CN.md names other tests, or in another order");
    }
}
