package io.posthorse.access;

/**
 * What an operator has decided about secrets.
 *
 * @param plainPasswords whether a password is taken that others can read on its way
 * @param passwordCharsMin shortest password that a user is given, in characters
 */
public record AccessPolicy(boolean plainPasswords, int passwordCharsMin) {
    /** Setting that {@link #plainPasswords} comes from. */
    public static final String PLAIN_PASSWORDS = "auth.plain.passwords";
    /** Setting that {@link #passwordCharsMin} comes from. */
    public static final String PASSWORD_MIN = "auth.password.min";

    /** What holds where nobody has decided anything. */
    public static final AccessPolicy STANDARD = new AccessPolicy(false, 6);

    /** What is wrong with a password that a user is to get; null where nothing is. */
    public String problem(String password) {
        return password == null || password.length() >= passwordCharsMin
                ? null
                : "a password has at least " + passwordCharsMin + " characters (" + PASSWORD_MIN + "), and this one has "
                        + password.length();
    }
}
