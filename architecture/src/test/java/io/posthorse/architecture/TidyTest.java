package io.posthorse.architecture;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Limits of size, and forbidden words, in the sources. */
class TidyTest {
    /** Matches a call of sleep on a thread or a unit of time, imported statically or not. */
    private static final Pattern SLEEP = Pattern.compile("\\bsleep *\\(");
    private static final int FILE_LINES_MAX = 500;
    private static final int METHOD_LINES_MAX = 60;
    private static final int LINE_LENGTH_MAX = 125;
    private static final Pattern METHOD = Pattern.compile(
            "^    (?!.*\\b(record|class|interface|enum)\\b)(?!return|throw|else)[\\w<].*[\\w>\\]] \\w+\\(.*");
    private static final List<String> CORE = List.of("platform/", "log/", "broker/", "filter/");
    private static final Pattern PROTOCOL_WORDS =
            Pattern.compile("(?i)rocketmq|openwire|\\bjms\\b|amqp|mqtt|stomp|netty|remoting");

    @Test
    void filesAreShort() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : Checkout.sources(false)) {
            int lines = Files.readAllLines(file).size();
            if (lines > FILE_LINES_MAX) {
                tooLong.add(Checkout.name(file) + " has " + lines + " lines");
            }
        }
        assertEquals(List.of(), tooLong, "split by reason to exist");
    }

    @Test
    void methodsAreShort() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : Checkout.sources(true)) {
            List<String> lines = Files.readAllLines(file);
            int start = -1;
            for (int i = 0; i < lines.size(); i++) {
                if (METHOD.matcher(lines.get(i)).matches()) {
                    start = i;
                } else if (lines.get(i).equals("    }") && start >= 0) {
                    if (i - start > METHOD_LINES_MAX) {
                        tooLong.add(Checkout.name(file) + ":" + (start + 1) + " has " + (i - start) + " lines");
                    }
                    start = -1;
                }
            }
        }
        assertEquals(List.of(), tooLong, "keep the switch, move straight-line work out");
    }

    @Test
    void linesFitTheScreen() throws IOException {
        List<String> tooLong = new ArrayList<>();
        for (Path file : Checkout.sources(false)) {
            int number = 0;
            for (String line : Files.readAllLines(file)) {
                number++;
                if (line.length() > LINE_LENGTH_MAX) {
                    tooLong.add(Checkout.name(file) + ":" + number);
                }
            }
        }
        assertEquals(List.of(), tooLong);
    }

    @Test
    void theCoreNamesNoProtocol() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : Checkout.sources(true)) {
            String name = Checkout.name(file);
            if (CORE.stream().anyMatch(name::startsWith)) {
                Matcher words = PROTOCOL_WORDS.matcher(Files.readString(file));
                if (words.find()) {
                    found.add(name + " says " + words.group());
                }
            }
        }
        assertEquals(List.of(), found, "a word of one protocol in the core is the first step to a core of one protocol");
    }

    @Test
    void testsDoNotSleep() throws IOException {
        List<String> found = new ArrayList<>();
        for (Path file : Checkout.sources(false)) {
            String name = Checkout.name(file);
            if (name.contains("/src/test/") && SLEEP.matcher(Files.readString(file)).find()) {
                found.add(name);
            }
        }
        assertEquals(List.of(), found, "use Awaitility or the simulated clock");
    }

    @Test
    void packagesAreDocumented() throws IOException {
        List<String> missing = new ArrayList<>();
        for (Path file : Checkout.sources(true)) {
            String name = Checkout.name(file);
            boolean ours = !name.startsWith("interop/") && !name.startsWith("quickstart/") && !name.contains("/java25/");
            if (ours && !Files.exists(file.resolveSibling("package-info.java"))) {
                missing.add(Checkout.name(file.getParent()));
            }
        }
        assertEquals(List.of(), missing.stream().distinct().toList());
        assertTrue(Checkout.sources(true).size() > 80, "the sources were not found");
    }
}
