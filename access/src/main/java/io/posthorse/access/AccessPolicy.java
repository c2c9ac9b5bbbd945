package io.posthorse.access;

/**
 * An operator's decisions about passwords.
 *
 * @param plainPasswords whether passwords are accepted over connections that others can read
 * @param passwordCharsMin minimum length of a user's password, in characters
 */
public record AccessPolicy(boolean plainPasswords, int passwordCharsMin) {
    /** The setting of {@link #plainPasswords}. */
    public static final String PLAIN_PASSWORDS = "auth.plain.passwords";
    /** The setting of {@link #passwordCharsMin}. */
    public static final String PASSWORD_MIN = "auth.password.min";

    /** The policy where nothing is configured. */
    public static final AccessPolicy STANDARD = new AccessPolicy(false, 6);

    /** Returns what is wrong with a new password; null where it is valid. */
    public String problem(String password) {
        return password == null || password.length() >= passwordCharsMin
                ? null
                : "a password must have at least " + passwordCharsMin + " characters (" + PASSWORD_MIN
                        + "), and this one has " + password.length();
    }
}
