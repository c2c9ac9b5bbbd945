package io.posthorse.codec.rocketmq;

import java.util.List;

/** Names of the clients' languages on the wire; a language's number is its place in the list. */
public final class Language {
    static final int OTHER = 7;
    private static final List<String> NAMES = List.of(
            "JAVA", "CPP", "DOTNET", "PYTHON", "DELPHI", "ERLANG", "RUBY", "OTHER", "HTTP", "GO", "PHP", "OMS", "RUST",
            "NODE_JS");

    private Language() {}

    /** The number of that name, {@link #OTHER} where it is not known. */
    static int ordinal(String name) {
        int ordinal = NAMES.indexOf(name);
        return ordinal < 0 ? OTHER : ordinal;
    }

    /** The same number, {@link #OTHER} where it is not known. */
    static int known(long ordinal) {
        return ordinal >= 0 && ordinal < NAMES.size() ? (int) ordinal : OTHER;
    }

    /** The name of that number. */
    public static String name(int ordinal) {
        return NAMES.get(known(ordinal));
    }
}
