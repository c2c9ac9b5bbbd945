package io.posthorse.codec.rocketmq;

import java.util.List;

/** The names of the clients' languages on the wire; a language's number is its index in the list. */
public final class Language {
    static final int OTHER = 7;
    private static final List<String> NAMES = List.of(
            "JAVA", "CPP", "DOTNET", "PYTHON", "DELPHI", "ERLANG", "RUBY", "OTHER", "HTTP", "GO", "PHP", "OMS", "RUST",
            "NODE_JS");

    private Language() {}

    /** Returns the number of a language; {@link #OTHER} where it is unknown. */
    static int ordinal(String name) {
        int ordinal = NAMES.indexOf(name);
        return ordinal < 0 ? OTHER : ordinal;
    }

    /** Returns the same number; {@link #OTHER} where it is unknown. */
    static int known(long ordinal) {
        return ordinal >= 0 && ordinal < NAMES.size() ? (int) ordinal : OTHER;
    }

    /** Returns the name of a language. */
    public static String name(int ordinal) {
        return NAMES.get(known(ordinal));
    }
}
