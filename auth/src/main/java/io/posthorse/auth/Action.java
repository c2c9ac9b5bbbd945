package io.posthorse.auth;

/** An action on a resource. */
public enum Action {
    /** Sends messages. */
    PUB(0, "Pub"),
    /** Reads messages as a consumer. */
    SUB(1, "Sub"),
    CREATE(2, "Create"),
    UPDATE(3, "Update"),
    DELETE(4, "Delete"),
    /** Shows one resource's settings and figures. */
    GET(5, "Get"),
    /** Lists the resources of a kind. */
    LIST(6, "List");

    private final int bit;
    private final String word;

    Action(int index, String word) {
        this.bit = 1 << index;
        this.word = word;
    }

    /** Returns the bit of the action in a set, also in files. */
    int bit() {
        return bit;
    }

    /** Returns the name in texts and requests. */
    public String word() {
        return word;
    }
}
