package io.posthorse.snippets;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tells how a code block is run. A page says it in a comment before the block, which readers do not see:
 * {@code <!-- run: server -->}. A block without a mark is run as it stands.
 */
record Mark(Kind kind, String detail) {
    /** How a block is run. */
    enum Kind {
        /** A program, commands for one shell, or a configuration that a server starts with; has no mark. */
        AS_IT_STANDS,
        /** Commands of a server that stays up while the rest of the page runs, or until the next server. */
        SERVER,
        /** Each line runs until Ctrl-C, which it gets once it has printed the text. No server runs beside. */
        UNTIL,
        /** The same beside the server of the page. */
        BESIDE,
        /** The output of what ran last: its lines come in this order, and {@code ...} stands for anything. */
        PRINTS,
        /** The same, in any order. */
        PRINTS_IN_ANY_ORDER,
        /** A file that the commands after it read. */
        FILE,
        /** The dependencies of a Maven project in which the one program before it runs too, and prints the same. */
        PROJECT,
        /** Cannot run in a test; the reason is given. */
        NOT
    }

    static final Mark NONE = new Mark(Kind.AS_IT_STANDS, "");
    private static final Pattern COMMENT = Pattern.compile("\\s*<!-- run: (.*) -->\\s*", Pattern.DOTALL);
    private static final Pattern WORDS = Pattern.compile(
            "(?<kind>server|until|beside|prints|in any order|file|project|not),? ?\"?(?<detail>[^\"]*)\"?");

    /** Reads a comment; {@link #NONE} where it is not about running. */
    static Mark read(String comment) {
        Matcher ours = COMMENT.matcher(comment);
        if (!ours.matches()) {
            return NONE;
        }
        Matcher words = WORDS.matcher(ours.group(1));
        if (!words.matches()) {
            throw new IllegalArgumentException("unknown mark " + comment.strip()
                    + "; write server, until \"TEXT\", beside \"TEXT\", prints, in any order, file NAME, project"
                    + " or not, REASON");
        }
        String detail = words.group("detail");
        Kind kind = switch (words.group("kind")) {
            case "server" -> Kind.SERVER;
            case "until" -> Kind.UNTIL;
            case "beside" -> Kind.BESIDE;
            case "prints" -> Kind.PRINTS;
            case "in any order" -> Kind.PRINTS_IN_ANY_ORDER;
            case "file" -> Kind.FILE;
            case "project" -> Kind.PROJECT;
            default -> Kind.NOT;
        };
        boolean needsDetail = kind == Kind.UNTIL || kind == Kind.BESIDE || kind == Kind.FILE || kind == Kind.NOT;
        if (needsDetail && detail.isBlank()) {
            throw new IllegalArgumentException("the mark " + comment.strip() + " lacks its text, name or reason");
        }
        return new Mark(kind, detail);
    }
}
