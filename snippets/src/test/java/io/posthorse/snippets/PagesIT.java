package io.posthorse.snippets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.Scripts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Runs every program and command of the pages as printed, with the printed ports. {@link SnippetsTest} checks that a Chinese
 * page has the same ones, so only the English page is run.
 * {@code -Dsnippets.page=docs/jms.md} runs one page.
 */
class PagesIT {
    @BeforeAll
    static void thePortsAreFree() {
        List<Integer> taken = PageServer.PORTS.stream().filter(PageServer::answers).toList();
        assertEquals(List.of(), taken, "the pages print these ports; end the server that has them, and run this test again");
    }

    @TestFactory
    Stream<DynamicTest> everythingRunsAsPrinted() throws IOException {
        Path checkout = Scripts.checkout();
        String only = System.getProperty("snippets.page", "");
        List<Page> pages = Page.all(checkout).stream()
                .filter(p -> p.isRun() && !p.isChinese() && (only.isEmpty() || only.equals(p.name())))
                .toList();
        assertTrue(!only.isEmpty() || pages.size() >= 10, "only " + pages.size() + " pages were found");
        return pages.stream().map(page -> DynamicTest.dynamicTest(page.name(), () -> run(checkout, page)));
    }

    private static void run(Path checkout, Page page) throws Exception {
        String name = page.name().replaceAll("[^a-z]+", "-");
        Path folder = checkout.resolve(page.name()).getParent();
        if (Page.examples(checkout).contains(folder)) {
            Workplace.forgetRuns(folder);
        }
        Workplace workplace = Workplace.create(checkout, Path.of("target", "pages", name).toAbsolutePath());
        try (PageRun run = new PageRun(page, workplace)) {
            run.run();
        }
        workplace.delete();
    }
}
