package io.posthorse.auth;

import java.nio.charset.StandardCharsets;

/** A text that must not be shown: its string form, also inside other objects, is three stars. */
public final class Secret {
    public static final int CHARS_MAX = 512;

    private final String value;

    public Secret(String value) {
        this.value = value;
    }

    /** Returns the text itself; for verification and sealing only. */
    public String reveal() {
        return value;
    }

    byte[] bytes() {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret secret && secret.value.equals(value);
    }

    @Override
    public int hashCode() {
        return value.hashCode();
    }

    @Override
    public String toString() {
        return "***";
    }
}
