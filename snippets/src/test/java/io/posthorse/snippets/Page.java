package io.posthorse.snippets;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.commonmark.node.AbstractVisitor;
import org.commonmark.node.FencedCodeBlock;
import org.commonmark.node.HtmlBlock;
import org.commonmark.node.IndentedCodeBlock;
import org.commonmark.node.Node;
import org.commonmark.parser.IncludeSourceSpans;
import org.commonmark.parser.Parser;

/** A Markdown page of the checkout with its code blocks. */
record Page(String name, List<Snippet> snippets) {
    static final String CHINESE = ".zh-CN.md";
    /** The language of indented blocks, which have no fence. */
    static final String INDENTED = "(indented)";
    /** Languages of blocks that nothing runs. */
    private static final Set<String> NOT_RUN = Set.of("text", "json", "xml", "mermaid");
    private static final Parser PARSER =
            Parser.builder().includeSourceSpans(IncludeSourceSpans.BLOCKS).build();

    /** Returns all pages whose blocks are run or checked: those at the top, in docs, and of the examples. */
    static List<Page> all(Path checkout) throws IOException {
        List<Path> files = new ArrayList<>();
        List<Path> folders = new ArrayList<>(List.of(checkout, checkout.resolve("examples")));
        folders.addAll(examples(checkout));
        for (Path folder : folders) {
            try (Stream<Path> found = Files.list(folder)) {
                found.filter(Page::isPage).forEach(files::add);
            }
        }
        try (Stream<Path> found = Files.walk(checkout.resolve("docs"))) {
            found.filter(Page::isPage).forEach(files::add);
        }
        List<Page> pages = new ArrayList<>();
        for (Path file : files.stream().sorted().toList()) {
            String name = checkout.relativize(file).toString().replace('\\', '/');
            pages.add(read(name, Files.readString(file)));
        }
        return pages;
    }

    /** Returns the directories of the examples, which {@code examples/run} knows by name. */
    static List<Path> examples(Path checkout) throws IOException {
        try (Stream<Path> found = Files.list(checkout.resolve("examples"))) {
            return found.filter(folder -> Files.exists(folder.resolve("run.sh"))).sorted().toList();
        }
    }

    private static boolean isPage(Path file) {
        return file.toString().endsWith(".md") && Files.isRegularFile(file);
    }

    /** Parses the text of a page. */
    static Page read(String name, String text) {
        List<Snippet> snippets = new ArrayList<>();
        PARSER.parse(text).accept(new AbstractVisitor() {
            @Override
            public void visit(FencedCodeBlock block) {
                String info = block.getInfo() == null ? "" : block.getInfo().strip();
                snippets.add(new Snippet(name, line(block), info, block.getLiteral(), mark(block, name)));
            }

            @Override
            public void visit(IndentedCodeBlock block) {
                snippets.add(new Snippet(name, line(block), INDENTED, block.getLiteral(), Mark.NONE));
            }
        });
        return new Page(name, List.copyOf(snippets));
    }

    private static int line(Node block) {
        return block.getSourceSpans().getFirst().getLineIndex() + 1;
    }

    private static Mark mark(Node block, String name) {
        if (!(block.getPrevious() instanceof HtmlBlock comment)) {
            return Mark.NONE;
        }
        try {
            return Mark.read(comment.getLiteral());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(name + ":" + line(comment) + ": " + e.getMessage(), e);
        }
    }

    /** Returns whether it is the Chinese version of another page. */
    boolean isChinese() {
        return name.endsWith(CHINESE);
    }

    /** Returns the name of its Chinese version, which may not exist. */
    String chineseName() {
        return name.replace(".md", CHINESE);
    }

    /** Returns whether it has blocks to run. */
    boolean isRun() {
        return snippets.stream().anyMatch(s -> !NOT_RUN.contains(s.language()) && s.mark().kind() != Mark.Kind.NOT);
    }
}
