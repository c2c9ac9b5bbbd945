package io.posthorse.auth;

/** What a rule can be about. */
public enum ResourceKind {
    ANY("Any"),
    CLUSTER("Cluster"),
    TOPIC("Topic"),
    GROUP("Group");

    private final String word;

    ResourceKind(String word) {
        this.word = word;
    }

    /** The name in texts and requests. */
    public String word() {
        return word;
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
