package io.posthorse.snippets;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Compiles a JUnit class of a page with the class path of this module and runs it. */
final class TestClassRun {
    private TestClassRun() {}

    /** Runs all tests of the class; fails where one fails or none is found. */
    static void run(Snippet snippet, Path folder) throws IOException, ClassNotFoundException {
        String name = snippet.fullClassName().orElseThrow();
        Path classes = Files.createDirectories(folder.resolve("classes"));
        Path source = Files.createDirectories(folder.resolve("sources"))
                .resolve(snippet.className().orElseThrow() + ".java");
        Files.writeString(source, snippet.text());
        compile(snippet, source, classes);
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        try (URLClassLoader loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, before)) {
            Thread.currentThread().setContextClassLoader(loader);
            Launcher launcher = LauncherFactory.create();
            launcher.execute(
                    LauncherDiscoveryRequestBuilder.request()
                            .selectors(DiscoverySelectors.selectClass(loader.loadClass(name)))
                            .build(),
                    listener);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        check(snippet, listener.getSummary());
    }

    private static void compile(Snippet snippet, Path source, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> options = List.of("-proc:none", "-d", classes.toString(), "-cp", classPath);
        try (var files = compiler.getStandardFileManager(null, null, null)) {
            boolean done = compiler.getTask(complaints, files, null, options, null, files.getJavaFileObjects(source)).call();
            if (!done || complaints.toString().contains(": warning: ")) {
                throw new AssertionError(snippet.place() + " does not compile without complaints:\n" + complaints);
            }
        }
    }

    private static void check(Snippet snippet, TestExecutionSummary summary) {
        if (summary.getTestsSucceededCount() == 0 || summary.getTotalFailureCount() > 0) {
            StringWriter text = new StringWriter();
            summary.printFailuresTo(new PrintWriter(text), 40);
            throw new AssertionError(snippet.place() + ": " + summary.getTestsSucceededCount() + " tests passed, "
                    + summary.getTotalFailureCount() + " failed" + text);
        }
    }
}
