package io.posthorse.access;

import io.posthorse.auth.Action;
import io.posthorse.auth.Actions;
import io.posthorse.auth.ResourceKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The permission that requests of one kind need, and its form in tables and documents: {@code super}, {@code signed}, or
 * parts that are all needed. {@code Topic(b) Pub} needs Pub on the topic that b names; {@code Sub|Get} one of the two;
 * {@code Topic(*)} a rule about all topics; {@code Make} Create where the resource does not exist yet, else Create or
 * Update.
 *
 * @param words its form in tables and documents
 * @param level whether it needs a super user, any user that signed, or a user with all parts
 */
public record Permission(String words, Level level, List<Part> parts) {
    private static final Pattern PART = Pattern.compile("(Topic|Group|Cluster)(?:\\(([^)]+)\\))? ([A-Z][A-Za-z|]+)");

    /** Who may make the request. */
    public enum Level {
        SUPER,
        SIGNED,
        RULES
    }

    /**
     * One part of a permission.
     *
     * @param source where the resource's name comes from: null for the cluster, {@code *} for all of the kind, else the
     *     protocol's name of it; one with a question mark may be missing
     * @param any one of these actions is enough
     * @param makes whether {@link Action#CREATE} is needed where the resource does not exist yet
     */
    public record Part(ResourceKind kind, String source, Actions any, boolean makes) {}

    /**
     * Parses the form in tables.
     *
     * @throws IllegalArgumentException where it is invalid
     */
    public static Permission of(String words) {
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
