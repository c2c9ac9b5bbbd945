package io.posthorse.snippets;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A code block of a page. */
record Snippet(String page, int line, String language, String text, Mark mark) {
    private static final Pattern PUBLIC_CLASS =
            Pattern.compile("^(?:public )?(?:class|record|interface|enum) (\\w+)", Pattern.MULTILINE);
    private static final Pattern PACKAGE = Pattern.compile("^package ([\\w.]+);", Pattern.MULTILINE);
    private static final Pattern MAIN = Pattern.compile("\\bstatic void main\\(");
    private static final Pattern TEST = Pattern.compile("@Test\\b");

    /** Returns its place, as FILE:LINE. */
    String place() {
        return page + ":" + line;
    }

    /** Returns whether it is a Java program with a main method. */
    boolean isProgram() {
        return language.equals("java") && MAIN.matcher(text).find();
    }

    /** Returns whether it is a Java class with JUnit tests. */
    boolean isTestClass() {
        return language.equals("java") && TEST.matcher(text).find();
    }

    /** Returns the name of its first class, without the package. */
    Optional<String> className() {
        Matcher found = PUBLIC_CLASS.matcher(text);
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }

    /** Returns the name of its first class, with the package. */
    Optional<String> fullClassName() {
        Matcher found = PACKAGE.matcher(text);
        String folder = found.find() ? found.group(1) + "." : "";
        return className().map(name -> folder + name);
    }
}
