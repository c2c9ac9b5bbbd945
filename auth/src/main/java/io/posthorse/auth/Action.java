package io.posthorse.auth;

/** What is done to a resource. */
public enum Action {
    /** Send messages. */
    PUB("Pub"),
    /** Read messages as a consumer. */
    SUB("Sub"),
    CREATE("Create"),
    UPDATE("Update"),
    DELETE("Delete"),
    /** See one resource's settings and figures. */
    GET("Get"),
    /** See which resources there are. */
    LIST("List");

    private final String word;

    Action(String word) {
        this.word = word;
    }

    /** The name in texts and requests. */
    public String word() {
        return word;
    }
}
