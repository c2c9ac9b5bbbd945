package io.posthorse.auth;

/** What is done to a resource. */
public enum Action {
    /** Send messages. */
    PUB(0, "Pub"),
    /** Read messages as a consumer. */
    SUB(1, "Sub"),
    CREATE(2, "Create"),
    UPDATE(3, "Update"),
    DELETE(4, "Delete"),
    /** See one resource's settings and figures. */
    GET(5, "Get"),
    /** See which resources there are. */
    LIST(6, "List");

    private final int bit;
    private final String word;

    Action(int place, String word) {
        this.bit = 1 << place;
        this.word = word;
    }

    /** The action in a set of them, also in files. */
    int bit() {
        return bit;
    }

    /** The name in texts and requests. */
    public String word() {
        return word;
    }
}
