package io.posthorse.snippets;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Pages are parsed, and outputs compared, correctly. */
class PageTest {
    @Test
    void blocksHaveLanguagePlaceAndMark() {
        Page page = Page.read("docs/x.md", """
                # Title

                <!-- run: server "ready" -->
                ```sh
                bin/posthorse start
                ```

                1. In a list:

                   ```text
                   output
                   ```

                    indented
                """);
        assertEquals(List.of(
                new Snippet("docs/x.md", 4, "sh", "bin/posthorse start\n", new Mark(Mark.Kind.SERVER, "ready")),
                new Snippet("docs/x.md", 10, "text", "output\n", Mark.NONE)), page.snippets().subList(0, 2));
    }

    @Test
    void indentedBlocksAreFound() {
        assertEquals(Page.INDENTED, Page.read("x.md", "Text:\n\n    mqadmin topicList\n").snippets().getFirst().language());
    }

    @Test
    void marksWithoutReasonAreRefused() {
        assertEquals(new Mark(Mark.Kind.NOT, "needs root"), Mark.read("<!-- run: not, needs root -->"));
        assertEquals(new Mark(Mark.Kind.ELSEWHERE, "mvn verify"), Mark.read("<!-- run: elsewhere, mvn verify -->"));
        assertThrows(IllegalArgumentException.class, () -> Mark.read("<!-- run: not -->"));
        assertThrows(IllegalArgumentException.class, () -> Mark.read("<!-- run: elsewhere -->"));
        assertThrows(IllegalArgumentException.class, () -> Mark.read("<!-- run: later -->"));
        assertEquals(Mark.NONE, Mark.read("<!-- a comment -->"));
    }

    @Test
    void onlyCommentsMayBeTranslated() throws IOException {
        Snippet english = java("class A { /* one */ int x = 1; // first\n}");
        assertEquals(WithoutComments.of(english), WithoutComments.of(java("class A {\n    int x = 1; // 第一\n}")));
        assertNotEquals(WithoutComments.of(english), WithoutComments.of(java("class A { int x = 2; }")));
        Snippet command = sh("run -s 2026-11-21#08:00  # now");
        assertEquals(WithoutComments.of(command), WithoutComments.of(sh("run -s 2026-11-21#08:00 # 现在")));
        assertNotEquals(WithoutComments.of(sh("run -s 1#2")), WithoutComments.of(sh("run -s 1#3")));
    }

    @Test
    void printedLinesComeInOrderWithDotsForAnything() {
        String output = "17  2026-11-21  orders\nnoise\n1 shown\n";
        assertEquals(Optional.empty(), Printed.missing("17  ...  orders\n1 shown\n", output, true));
        assertEquals(Optional.of("17 ..."), Printed.missing("1 shown\n17 ...\n", output, true));
        assertEquals(Optional.empty(), Printed.missing("1 shown\n17 ...\n", output, false));
        assertEquals(Optional.of("noise"), Printed.missing("noise\nnoise\n", output, false));
    }

    @Test
    void faultsAreFoundWhateverTheExitCode() {
        assertEquals(Optional.empty(), Printed.fault("SEND_OK\nall went well\n"));
        assertEquals(Optional.of("MQClientException: no route"), Printed.fault("hello\nMQClientException: no route\n"));
        assertEquals(Optional.of("X.java:1: warning: deprecated"), Printed.fault("X.java:1: warning: deprecated\n"));
    }

    private static Snippet java(String text) {
        return new Snippet("x.md", 1, "java", text, Mark.NONE);
    }

    private static Snippet sh(String text) {
        return new Snippet("x.md", 1, "sh", text, Mark.NONE);
    }
}
