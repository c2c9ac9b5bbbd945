package io.posthorse.snippets;

import java.util.EnumSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The way in which a code block is run. A page gives it in a comment before the block, which readers do not see:
 * {@code <!-- run: server -->}. A block without a mark is run as it stands.
 */
record Mark(Kind kind, String detail) {
    /** The ways to run a block. */
    enum Kind {
        /** A program, commands for one shell, or the configuration of a server's start; has no mark. */
        AS_IT_STANDS,
        /** Commands that start a server, which runs until the end of the page or the next server. */
        SERVER,
        /** Lines that each run until Ctrl-C, which they get once they have printed the text. No server runs meanwhile. */
        UNTIL,
        /** Lines that each run until Ctrl-C, while the server of the page runs. */
        BESIDE,
        /** The output of the last block, a server's too: its lines come in this order, and {@code ...} is anything. */
        PRINTS,
        /** The output of the last block, with its lines in any order. */
        PRINTS_IN_ANY_ORDER,
        /** A file that later commands read. */
        FILE,
        /** The dependencies of a Maven project in which the program before it runs and prints the same. */
        PROJECT,
        /** Commands that another step of the build runs already, with its name; they are not run again here. */
        ELSEWHERE,
        /** A block that cannot run in a test, with the reason. */
        NOT
    }

    static final Mark NONE = new Mark(Kind.AS_IT_STANDS, "");
    private static final Pattern COMMENT = Pattern.compile("\\s*<!-- run: (.*) -->\\s*", Pattern.DOTALL);
    private static final Pattern WORDS = Pattern.compile(
            "(?<kind>server|until|beside|prints|in any order|file|project|elsewhere|not),? ?\"?(?<detail>[^\"]*)\"?");

    /** Parses a comment; returns {@link #NONE} where it does not say how to run a block. */
    static Mark read(String comment) {
        Matcher ours = COMMENT.matcher(comment);
        if (!ours.matches()) {
            return NONE;
        }
        Matcher words = WORDS.matcher(ours.group(1));
        if (!words.matches()) {
            throw new IllegalArgumentException("unknown mark " + comment.strip()
                    + "; write server, until \"TEXT\", beside \"TEXT\", prints, in any order, file NAME, project,"
                    + " elsewhere, STEP or not, REASON");
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
            case "elsewhere" -> Kind.ELSEWHERE;
            default -> Kind.NOT;
        };
        boolean needsDetail = EnumSet.of(Kind.UNTIL, Kind.BESIDE, Kind.FILE, Kind.ELSEWHERE, Kind.NOT).contains(kind);
        if (needsDetail && detail.isBlank()) {
            throw new IllegalArgumentException("the mark " + comment.strip() + " lacks its text, name, step or reason");
        }
        return new Mark(kind, detail);
    }
}
