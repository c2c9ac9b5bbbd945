package io.posthorse.snippets;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** Runs all blocks of a page from top to bottom in one fresh directory, as a reader would. */
final class PageRun implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration PRINTS_LIMIT = Duration.ofSeconds(20);
    private static final String READY = "Posthorse is ready";

    private final Page page;
    private final Workplace workplace;
    private Snippet program;
    private PageServer server;
    private Supplier<String> output = () -> "";

    PageRun(Page page, Workplace workplace) {
        this.page = page;
        this.workplace = workplace;
    }

    /** Runs all blocks of the page. */
    void run() throws IOException, InterruptedException, ClassNotFoundException {
        for (Snippet snippet : page.snippets()) {
            long begin = System.nanoTime();
            run(snippet);
            long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds();
            if (seconds > 0) {
                System.out.println(snippet.place() + " took " + seconds + " s");
            }
        }
    }

    private void run(Snippet snippet) throws IOException, InterruptedException, ClassNotFoundException {
        switch (snippet.mark().kind()) {
            case NOT, ELSEWHERE -> { }
            case SERVER -> startServer(snippet);
            case UNTIL -> {
                stopServer();
                runUntil(snippet);
                PageServer.awaitFreePorts();
            }
            case BESIDE -> runUntil(snippet);
            case FILE -> workplace.write(snippet.mark().detail(), snippet.text());
            case PRINTS -> compare(snippet, true);
            case PRINTS_IN_ANY_ORDER -> compare(snippet, false);
            case PROJECT -> runInProject(snippet);
            case AS_IT_STANDS -> runAsItStands(snippet);
        }
    }

    private void startServer(Snippet snippet) throws IOException {
        stopServer();
        String readyText = snippet.mark().detail();
        server = PageServer.start(workplace, snippet.text() + "\nwait\n", readyText, snippet.place());
        output = server::output;
    }

    private void stopServer() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    private void runUntil(Snippet snippet) throws IOException, InterruptedException {
        for (String line : snippet.text().lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList()) {
            PageServer started = PageServer.startUntil(
                    workplace, "exec env " + line + "\n", snippet.mark().detail(), snippet.place() + " " + line);
            String printed = started.output();
            output = () -> printed;
            started.interrupt();
        }
    }

    private void runAsItStands(Snippet snippet) throws IOException, InterruptedException, ClassNotFoundException {
        switch (snippet.language()) {
            case "java" -> runJava(snippet);
            case "sh" -> runCommands(snippet.text(), snippet.place());
            case "properties" -> startWith(snippet);
            default -> { }
        }
    }

    private void runJava(Snippet snippet) throws IOException, InterruptedException, ClassNotFoundException {
        if (snippet.isTestClass()) {
            TestClassRun.run(snippet, workplace.folder().resolve("tests"));
            return;
        }
        String file = snippet.className().orElseThrow() + ".java";
        workplace.write(file, snippet.text());
        program = snippet;
        if (!hasCommandFor(file, snippet)) {
            runCommands("bin/posthorse java " + file + "\n", snippet.place());
        }
    }

    /** Returns whether the page prints the command that runs the program; that command runs it then. */
    private boolean hasCommandFor(String file, Snippet before) {
        return page.snippets().stream().anyMatch(s -> s.language().equals("sh") && s.line() > before.line()
                && s.mark().kind() != Mark.Kind.NOT && s.text().contains("bin/posthorse java " + file));
    }

    private void runCommands(String commands, String place) throws IOException, InterruptedException {
        Workplace.Outcome outcome = workplace.run(commands, LIMIT);
        output = outcome::output;
        if (outcome.exitCode() != 0) {
            throw new AssertionError(
                    place + " ended with " + outcome.exitCode() + ":\n" + outcome.output() + serverOutput());
        }
        checkForFaults(place);
    }

    private void checkForFaults(String place) {
        Optional<String> fault = Printed.fault(output.get());
        if (fault.isPresent()) {
            throw new AssertionError(
                    place + " looks like a fault to its reader:\n" + fault.get() + "\nin\n" + output.get());
        }
    }

    private void startWith(Snippet snippet) throws IOException, InterruptedException {
        stopServer();
        workplace.write("snippet.properties", snippet.text());
        String command = "exec bin/posthorse start --config snippet.properties\n";
        PageServer.startUntil(workplace, command, READY, snippet.place()).interrupt();
        PageServer.awaitFreePorts();
    }

    private void compare(Snippet snippet, boolean inOrder) {
        Supplier<Optional<String>> missing = () -> Printed.missing(snippet.text(), output.get(), inOrder);
        try {
            // A server goes on printing when it is ready; the output of other commands is complete.
            Awaitility.await().pollInterval(Duration.ofMillis(100)).atMost(PRINTS_LIMIT)
                    .until(() -> missing.get().isEmpty());
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(snippet.place() + ": the page says that this line is printed:\n"
                    + missing.get().orElse("") + "\nWhat was printed:\n" + output.get() + serverOutput(), e);
        }
    }

    private void runInProject(Snippet snippet) throws IOException, InterruptedException {
        FreshProject project = FreshProject.build(workplace, snippet.text(), program);
        String printed = project.run();
        output = () -> printed;
        checkForFaults(snippet.place() + " in a project with these dependencies");
        page.snippets().stream()
                .filter(s -> s.mark().kind() == Mark.Kind.PRINTS && s.line() < snippet.line())
                .forEach(s -> compare(s, true));
    }

    private String serverOutput() {
        return server == null ? "" : "\nThe server's output:\n" + server.output();
    }

    @Override
    public void close() {
        stopServer();
    }
}
