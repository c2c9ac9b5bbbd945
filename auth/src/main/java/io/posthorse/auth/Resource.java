package io.posthorse.auth;

/**
 * The resources that a rule is about: one name, all names with a prefix, all of a kind, or everything.
 *
 * @param name the name or prefix; empty for {@link Form#ANY}
 */
public record Resource(ResourceKind kind, Form form, String name) {
    private static final int NAME_CHARS_MAX = 255;
    /** Stands for all resources of a kind in place of a name; only a rule about all of them covers it. */
    public static final String ALL = "*";

    /** How names are compared; more specific forms come first. */
    public enum Form {
        LITERAL(0),
        PREFIXED(1),
        ANY(2);

        private final int code;

        Form(int code) {
            this.code = code;
        }

        /** Returns the number of the form in files. */
        int code() {
            return code;
        }
    }

    /**
     * Parses {@code *}, {@code Topic:*}, {@code Topic:orders*} or {@code Topic:orders}; {@code Any:*} is {@code *}.
     *
     * @throws RefusedException where the text has another form
     */
    public static Resource parse(String text) {
        if (text == null || text.isBlank()) {
            throw new RefusedException("The resource is null.");
        }
        String stripped = text.strip();
        if (stripped.equals(ALL) || stripped.equalsIgnoreCase(ResourceKind.ANY.word() + ":" + ALL)) {
            return new Resource(ResourceKind.ANY, Form.ANY, "");
        }
        int colon = stripped.indexOf(':');
        if (colon < 1 || colon == stripped.length() - 1 || stripped.length() > NAME_CHARS_MAX) {
            throw new RefusedException("The resource " + stripped + " is not Type:name, such as Topic:orders, Group:orders*,"
                    + " Cluster:DefaultCluster or *.");
        }
        ResourceKind kind = ResourceKind.of(stripped.substring(0, colon));
        String name = stripped.substring(colon + 1);
        if (name.equals(ALL)) {
            return new Resource(kind, Form.ANY, "");
        }
        boolean prefixed = name.endsWith(ALL);
        String plain = prefixed ? name.substring(0, name.length() - 1) : name;
        if (plain.contains(ALL)) {
            throw new RefusedException("The resource " + stripped + " has a star that is not its last character.");
        }
        return new Resource(kind, prefixed ? Form.PREFIXED : Form.LITERAL, plain);
    }

    /** Returns the resource with one name. */
    public static Resource literal(ResourceKind kind, String name) {
        return new Resource(kind, Form.LITERAL, name);
    }

    /** Returns all resources of a kind. */
    public static Resource all(ResourceKind kind) {
        return new Resource(kind, Form.ANY, "");
    }

    boolean covers(ResourceKind wanted, String wantedName) {
        if (kind != ResourceKind.ANY && kind != wanted) {
            return false;
        }
        return switch (form) {
            case ANY -> true;
            case LITERAL -> name.equals(wantedName);
            case PREFIXED -> wantedName.startsWith(name);
        };
    }

    /**
     * Returns a negative number where this one is more specific than the other: a kind before any, a name before a prefix
     * before all.
     */
    int compare(Resource other) {
        if (kind != other.kind) {
            return kind == ResourceKind.ANY ? 1 : other.kind == ResourceKind.ANY ? -1 : 0;
        }
        if (form != other.form) {
            return form.compareTo(other.form);
        }
        return form == Form.PREFIXED ? Integer.compare(other.name.length(), name.length()) : 0;
    }

    @Override
    public String toString() {
        if (kind == ResourceKind.ANY) {
            return ALL;
        }
        return kind.word() + ":" + name + (form == Form.LITERAL ? "" : ALL);
    }
}
