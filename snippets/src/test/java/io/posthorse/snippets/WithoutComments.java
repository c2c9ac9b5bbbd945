package io.posthorse.snippets;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Removes comments and layout of a block, so that the blocks of two languages can be compared. */
final class WithoutComments {
    private static final Pattern HASH = Pattern.compile("(^|\\s)#.*$", Pattern.MULTILINE);
    private static final Pattern XML = Pattern.compile("<!--.*?-->", Pattern.DOTALL);

    private WithoutComments() {}

    /** Returns a block's text without comments; a Java program is printed anew from its syntax tree. */
    static String of(Snippet snippet) throws IOException {
        return switch (snippet.language()) {
            case "java" -> java(snippet);
            case "xml" -> squeezed(XML.matcher(snippet.text()).replaceAll(""));
            default -> squeezed(HASH.matcher(snippet.text()).replaceAll(""));
        };
    }

    private static String java(Snippet snippet) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        JavaFileObject source = new SimpleJavaFileObject(URI.create("memory:/Snippet.java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return snippet.text();
            }
        };
        JavacTask task = (JavacTask) compiler.getTask(null, null, problem -> { }, null, null, List.of(source));
        StringBuilder printed = new StringBuilder();
        for (CompilationUnitTree unit : task.parse()) {
            printed.append(unit);
        }
        return printed.toString();
    }

    private static String squeezed(String text) {
        return text.lines().map(line -> line.strip().replaceAll("\\s+", " ")).filter(line -> !line.isEmpty())
                .collect(Collectors.joining("\n"));
    }
}
