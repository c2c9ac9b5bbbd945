package io.posthorse.auth;

/** The kind of a resource. */
public enum ResourceKind {
    ANY(0, "Any"),
    CLUSTER(1, "Cluster"),
    TOPIC(2, "Topic"),
    GROUP(3, "Group");

    private final int code;
    private final String word;

    ResourceKind(int code, String word) {
        this.code = code;
        this.word = word;
    }

    /** Returns the name in texts and requests. */
    public String word() {
        return word;
    }

    /** Returns the number of the kind in files. */
    int code() {
        return code;
    }

    static ResourceKind of(String word) {
        for (ResourceKind kind : values()) {
            if (kind != ANY && kind.word.equalsIgnoreCase(word)) {
                return kind;
            }
        }
        throw new RefusedException("The resource type " + word + " is none of Topic, Group, Cluster.");
    }
}
