package io.posthorse.auth;

import java.util.regex.Pattern;

/**
 * A user, who signs requests.
 *
 * @param kind a super user may do everything; a normal one only what rules allow
 * @param enabled a disabled user is refused as if the secret were wrong, with another reason
 * @param sources addresses from which the user may connect; everywhere where it is empty; it only restricts
 */
public record User(String name, Kind kind, boolean enabled, Secret secret, Sources sources) {
    private static final int NAME_CHARS_MAX = 255;
    private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_.@%|+=-]+");

    /** The kind of a user. */
    public enum Kind {
        SUPER,
        NORMAL
    }

    /**
     * Returns a user that may connect from everywhere.
     *
     * @throws RefusedException where name or secret are invalid
     */
    public static User of(String name, Kind kind, boolean enabled, String secret) {
        return of(name, kind, enabled, secret, Sources.ANY);
    }

    static User of(String name, Kind kind, boolean enabled, String secret, Sources sources) {
        if (name == null || name.isBlank()) {
            throw new RefusedException("username can not be blank");
        }
        if (name.length() > NAME_CHARS_MAX || !NAME.matcher(name).matches()) {
            throw new RefusedException("a user's name may have at most " + NAME_CHARS_MAX
                    + " characters: letters, digits and _ . @ % | + = -");
        }
        if (secret == null || secret.isBlank()) {
            throw new RefusedException("password can not be blank");
        }
        if (secret.length() > Secret.CHARS_MAX) {
            throw new RefusedException("a password may have at most " + Secret.CHARS_MAX + " characters");
        }
        return new User(name, kind, enabled, new Secret(secret), sources);
    }

    /**
     * Returns the user with other properties, bound to the same addresses.
     *
     * @throws RefusedException where the secret is invalid
     */
    public User changed(Kind newKind, boolean nowEnabled, String newSecret) {
        return of(name, newKind, nowEnabled, newSecret, sources);
    }

    public boolean isSuper() {
        return kind == Kind.SUPER;
    }
}
