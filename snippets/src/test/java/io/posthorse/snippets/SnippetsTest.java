package io.posthorse.snippets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.Scripts;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

/** The code blocks of the pages are consistent; they are not run here. */
class SnippetsTest {
    private static final Set<String> LANGUAGES = Set.of("java", "sh", "xml", "properties", "json", "text", "mermaid");
    /** Languages of blocks that may be translated. */
    private static final Set<String> TRANSLATED = Set.of("text", "json", "mermaid");
    private static final Pattern TEST_COMMAND = Pattern.compile("examples/test ([a-z-]+)");
    /** Number of blocks of the English pages that no test can run. Each has its reason; raise it only for a better one. */
    private static final int NOT_RUN_MAX = 9;
    private static final int RUN_MIN = 50;

    private final Path checkout = Scripts.checkout();
    private final List<Page> pages = Page.all(checkout);

    SnippetsTest() throws IOException {}

    @Test
    void everyBlockHasALanguage() {
        List<String> wrong = new ArrayList<>();
        for (Snippet snippet : all(pages)) {
            if (!LANGUAGES.contains(snippet.language())) {
                wrong.add(snippet.place() + " is \"" + snippet.language() + "\"");
            }
        }
        assertEquals(List.of(), wrong, "fence it, and write one of " + LANGUAGES + " behind the fence; output is text");
    }

    @Test
    void everyJavaBlockIsACompleteClass() {
        List<String> parts = all(pages).stream()
                .filter(s -> s.language().equals("java") && s.mark() == Mark.NONE && !s.isProgram() && !s.isTestClass())
                .map(Snippet::place)
                .toList();
        assertEquals(List.of(), parts, "print a program with imports, class and main, or a class with tests");
    }

    @Test
    void fewBlocksAreNotRun() {
        List<Snippet> english = all(pages.stream().filter(p -> !p.isChinese()).toList());
        List<Snippet> skipped = english.stream().filter(s -> s.mark().kind() == Mark.Kind.NOT).toList();
        assertTrue(skipped.size() <= NOT_RUN_MAX, "not run: " + skipped.stream().map(Snippet::place).toList());
        long run = english.stream()
                .filter(s -> Set.of("java", "sh", "properties").contains(s.language()) && !skipped.contains(s)
                        && s.mark().kind() != Mark.Kind.ELSEWHERE)
                .count();
        assertTrue(run >= RUN_MIN, "only " + run + " blocks are run; were pages lost, or their blocks turned into text?");
    }

    /** Only tests are run elsewhere: those of the page's own example, which are modules of the same build. */
    @Test
    void whatIsRunElsewhereAreTheTestsOfTheExample() throws IOException {
        String modules = Files.readString(checkout.resolve("examples/pom.xml"));
        for (Snippet snippet : all(pages)) {
            if (snippet.mark().kind() == Mark.Kind.ELSEWHERE) {
                Matcher command = TEST_COMMAND.matcher(snippet.text().strip());
                assertTrue(command.matches(), snippet.place() + " is more than a test of an example");
                String example = command.group(1);
                assertTrue(snippet.page().startsWith("examples/" + example + "/"), snippet.place() + " tests another one");
                assertTrue(modules.contains("<module>" + example + "</module>"), example + " is not built by mvn verify");
                try (Stream<Path> tests = Files.walk(checkout.resolve("examples/" + example + "/src/test"))) {
                    assertTrue(tests.anyMatch(t -> t.toString().endsWith("IT.java")), example + " has no tests");
                }
            }
        }
    }

    @Test
    void bothLanguagesHaveTheSamePrograms() throws IOException {
        Map<String, Page> byName = new HashMap<>();
        pages.forEach(page -> byName.put(page.name(), page));
        List<String> without = new ArrayList<>();
        for (Page page : pages) {
            if (page.isChinese() && !byName.containsKey(page.name().replace(Page.CHINESE, ".md"))) {
                without.add(page.name());
            }
            Page chinese = byName.get(page.chineseName());
            if (chinese != null) {
                List<Comparable> original = comparable(page);
                List<Comparable> translated = comparable(chinese);
                for (int i = 0; i < Math.min(original.size(), translated.size()); i++) {
                    assertEquals(original.get(i), translated.get(i), chinese.name() + ", block " + (i + 1));
                }
                assertEquals(original.size(), translated.size(), chinese.name() + " has other blocks");
            }
        }
        assertEquals(List.of(), without, "a Chinese page without an English one is never run");
    }

    @Test
    void printedDependenciesAreThoseThatProgramsRunWith() throws Exception {
        Map<String, String> versions = dependencies(Files.readString(checkout.resolve("tools/programs/pom.xml")));
        for (Snippet snippet : all(pages)) {
            if (snippet.language().equals("xml")) {
                dependencies("<all>" + snippet.text() + "</all>").forEach((name, version) -> {
                    String expected = name.startsWith("io.posthorse:") ? "0.1.0-SNAPSHOT" : versions.get(name);
                    assertEquals(expected, version, snippet.place() + " prints " + name);
                });
            }
        }
    }

    /** Returns the parts of a block that both languages share: its kind, and its text without comments. */
    private record Comparable(String language, Mark.Kind mark, String text) {}

    private static List<Comparable> comparable(Page page) throws IOException {
        List<Comparable> blocks = new ArrayList<>();
        for (Snippet snippet : page.snippets()) {
            boolean checked = !TRANSLATED.contains(snippet.language()) || snippet.mark() != Mark.NONE;
            if (checked) {
                blocks.add(new Comparable(snippet.language(), snippet.mark().kind(), WithoutComments.of(snippet)));
            }
        }
        return blocks;
    }

    private static Map<String, String> dependencies(String xml) throws Exception {
        Map<String, String> versions = new HashMap<>();
        InputSource source = new InputSource(new StringReader(xml));
        var document = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(source);
        NodeList found = document.getElementsByTagName("dependency");
        for (int i = 0; i < found.getLength(); i++) {
            Element dependency = (Element) found.item(i);
            versions.put(text(dependency, "groupId") + ":" + text(dependency, "artifactId"), text(dependency, "version"));
        }
        return versions;
    }

    private static String text(Element element, String name) {
        return element.getElementsByTagName(name).item(0).getTextContent();
    }

    private static List<Snippet> all(List<Page> pages) {
        return pages.stream().flatMap(page -> page.snippets().stream()).toList();
    }
}
