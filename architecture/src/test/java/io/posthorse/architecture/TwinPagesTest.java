package io.posthorse.architecture;

import static java.util.Map.entry;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** English pages and their Chinese twins have the same structure. SnippetsTest compares their code. */
class TwinPagesTest {
    /** Pages, and directories of pages, in one language only, each with its reason. */
    private static final Map<String, String> ALONE = Map.ofEntries(
            entry("CHANGELOG.md", "it grows with every change, by whoever makes it"),
            entry("docs/benchmarks.md", "numbers, which are measured anew more often than they could be translated"),
            entry("docs/benchmarks-usage.md", "it goes with benchmarks.md"),
            entry("docs/glossary.md", "it is in both languages itself"),
            entry("docs/testing.md", "for contributors; it changes with the tests, whose names and comments are English"),
            entry("docs/threads.md", "for contributors; it changes with the code, whose names and comments are English"),
            entry("docs/decisions/", "for contributors; a decision is written once and not kept up"),
            entry("docs/formats/", "for contributors; tables of bytes"),
            entry("docs/protocols/grpc.md", "a table of calls; grpc.zh-CN.md says what differs"),
            entry("docs/protocols/openwire.md", "a table of commands; jms.zh-CN.md says what differs"),
            entry("interop/README.md", "for contributors"));
    private static final String DECISIONS = "decisions/";

    @Test
    void everyPageIsInBothLanguagesOrHasAReason() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : MarkdownPage.all()) {
            String name = name(file);
            boolean alone = ALONE.keySet().stream().anyMatch(a -> a.endsWith("/") ? name.startsWith(a) : name.equals(a));
            boolean twin = Files.exists(MarkdownPage.twin(file));
            if (MarkdownPage.isChinese(file) && !twin) {
                wrong.add(name + " has no English page");
            } else if (!MarkdownPage.isChinese(file) && alone == twin) {
                wrong.add(name + (twin ? " has a Chinese page: it needs no reason" : " has no Chinese page and no reason"));
            }
        }
        assertEquals(List.of(), wrong);
        for (String name : ALONE.keySet()) {
            assertTrue(Files.exists(Checkout.ROOT.resolve(name)), name + " is gone: it needs no reason");
        }
    }

    @Test
    void twinsHaveTheSameHeadingsTablesListsAndBlocks() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : chinesePages()) {
            MarkdownPage chinese = MarkdownPage.read(file);
            MarkdownPage english = MarkdownPage.read(MarkdownPage.twin(file));
            compare("levels of headings", english, chinese, MarkdownPage::levels, wrong);
            compare("code blocks", english, chinese, MarkdownPage::blocks, wrong);
            compare("rows of tables", english, chinese, MarkdownPage::tables, wrong);
            if (!isListOfPages(file)) {
                compare("list items", english, chinese, MarkdownPage::items, wrong);
            }
        }
        assertEquals(List.of(), wrong, "a heading, row, block or item of one page is missing in the other");
    }

    @Test
    void twinsLinkToTheSamePages() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : chinesePages()) {
            List<String> english = targets(MarkdownPage.twin(file));
            List<String> chinese = targets(file);
            english.stream().filter(l -> !chinese.contains(l)).forEach(l -> wrong.add(name(file) + " lacks " + l));
            chinese.stream().filter(l -> !english.contains(l)).forEach(l -> wrong.add(name(file) + " alone has " + l));
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void chinesePagesLinkToChinesePagesWhereTheyExist() throws IOException {
        List<String> wrong = new ArrayList<>();
        for (Path file : chinesePages()) {
            for (String link : MarkdownPage.read(file).links()) {
                Path to = file.resolveSibling(link.replaceAll("#.*", "")).normalize();
                boolean english = to.toString().endsWith(".md") && !MarkdownPage.isChinese(to);
                if (english && Files.exists(MarkdownPage.twin(to)) && !to.equals(MarkdownPage.twin(file))) {
                    wrong.add(name(file) + " -> " + link);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    @Test
    void linksToSectionsHaveTargets() throws IOException {
        List<String> broken = new ArrayList<>();
        for (Path file : MarkdownPage.all()) {
            for (String link : MarkdownPage.read(file).links()) {
                int sign = link.indexOf('#');
                if (sign >= 0 && !link.contains("://")) {
                    Path to = sign == 0 ? file : file.resolveSibling(link.substring(0, sign)).normalize();
                    if (!MarkdownPage.read(to).anchors().contains(link.substring(sign + 1))) {
                        broken.add(name(file) + " -> " + link);
                    }
                }
            }
        }
        assertEquals(List.of(), broken);
    }

    private static List<Path> chinesePages() throws IOException {
        List<Path> pages = MarkdownPage.all().stream().filter(MarkdownPage::isChinese).toList();
        assertTrue(pages.size() > 20, "found only " + pages);
        return pages;
    }

    private static void compare(
            String what,
            MarkdownPage english,
            MarkdownPage chinese,
            Function<MarkdownPage, Object> part,
            List<String> wrong) {
        Object expected = part.apply(english);
        Object found = part.apply(chinese);
        if (!expected.equals(found)) {
            wrong.add(name(chinese.file()) + ", " + what + ": " + found + ", in English " + expected);
        }
    }

    /** Removes links of a page to its own twin, and from the list of pages those to the decisions, which are in English. */
    private static List<String> targets(Path file) throws IOException {
        String own = MarkdownPage.twin(file).getFileName().toString().replace(".zh-CN.md", ".md");
        return MarkdownPage.read(file).targets().stream()
                .filter(l -> !l.equals(own) && !(isListOfPages(file) && l.startsWith(DECISIONS)))
                .toList();
    }

    private static boolean isListOfPages(Path file) {
        return file.getParent().equals(Checkout.ROOT.resolve("docs")) && file.getFileName().toString().startsWith("README");
    }

    private static String name(Path file) {
        return Checkout.name(file).replace('\\', '/');
    }
}
