package io.posthorse.auth;

/**
 * An entry of the users and rules that the nodes of a group share.
 *
 * @param value null where there is no such entry any more
 */
public record SharedEntry(byte[] key, byte[] value) {
    /** Shows nothing of what it contains. */
    @Override
    public String toString() {
        return "a shared entry of " + (value == null ? "no" : Integer.toString(value.length)) + " bytes";
    }
}
