package io.posthorse.protocol.rocketmq;

import io.posthorse.auth.Action;
import io.posthorse.auth.Actions;
import io.posthorse.auth.ResourceKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What requests of one code need.
 *
 * @param words as the table and the documents say it
 * @param level whether a super user is due, or any user that signed, or one that all parts are allowed to
 */
record Permission(String words, Level level, List<Part> parts) {
    private static final Pattern PART = Pattern.compile("(Topic|Group|Cluster)(?:\\(([^)]+)\\))? ([A-Z][A-Za-z|]+)");

    /** Who may ask. */
    enum Level {
        SUPER,
        SIGNED,
        RULES
    }

    /**
     * One thing that is needed.
     *
     * @param source where the resource's name comes from: a field, a field that may be missing (?), {@code *} for all of
     *     the kind, or one of {@link RequestNames}
     * @param any one of these actions is enough
     * @param makes whether {@link Action#CREATE} is due where the resource does not exist yet
     */
    record Part(ResourceKind kind, String source, Actions any, boolean makes) {}

    static Permission of(String words) {
        if (words.equals("super")) {
            return new Permission(words, Level.SUPER, List.of());
        }
        if (words.equals("signed")) {
            return new Permission(words, Level.SIGNED, List.of());
        }
        List<Part> parts = new ArrayList<>();
        for (String text : words.split(", ")) {
            Matcher part = PART.matcher(text);
            if (!part.matches()) {
                throw new IllegalArgumentException(text);
            }
            boolean makes = part.group(3).equals("Make");
            Actions any = makes
                    ? Actions.of(Action.CREATE, Action.UPDATE)
                    : Actions.parse(List.of(part.group(3).split("\\|")));
            ResourceKind kind = ResourceKind.valueOf(part.group(1).toUpperCase(Locale.ROOT));
            parts.add(new Part(kind, part.group(2), any, makes));
        }
        return new Permission(words, Level.RULES, List.copyOf(parts));
    }
}
