package io.posthorse.auth;

import java.nio.charset.StandardCharsets;

/** A text that is shown to nobody: whatever prints it, or what holds it, prints three stars. */
public final class Secret {
    public static final int CHARS_MAX = 512;

    private final String value;

    public Secret(String value) {
        this.value = value;
    }

    /** The text itself; for checking, sealing, and nothing else. */
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
