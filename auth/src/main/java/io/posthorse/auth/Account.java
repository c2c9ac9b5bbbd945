package io.posthorse.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A user as requests meet one: with a keyed HmacSHA1 that serves one check after another, so that a check makes no
 * garbage. It lives until the users change. Used on the owner's thread.
 */
public final class Account {
    private static final String ALGORITHM = "HmacSHA1";
    private static final int SIGNATURE_BYTES = 20;
    private static final int SIGNATURE_CHARS = 28;

    private final User user;
    private final byte[] name;
    private final Mac mac;
    private final byte[] digest = new byte[SIGNATURE_BYTES];
    private final byte[] expected = new byte[SIGNATURE_CHARS];
    boolean current = true;

    Account(User user) {
        this.user = user;
        this.name = user.name().getBytes(StandardCharsets.UTF_8);
        try {
            this.mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(user.secret().bytes(), ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no " + ALGORITHM, e);
        }
    }

    public User user() {
        return user;
    }

    /** Whether this is the account of that name, and the users have not changed since it was given out. */
    public boolean is(byte[] text, int from, int length) {
        return current && Arrays.equals(name, 0, name.length, text, from, from + length);
    }

    /** Adds a piece of what was signed. */
    public void sign(byte[] bytes, int from, int length) {
        mac.update(bytes, from, length);
    }

    /**
     * Ends a check.
     *
     * @return whether the text is the Base64 signature of the pieces; takes as long where it is not
     */
    public boolean matches(byte[] signature, int from, int length) {
        try {
            mac.doFinal(digest, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        Base64.getEncoder().encode(digest, expected);
        int different = length ^ SIGNATURE_CHARS;
        for (int i = 0; i < SIGNATURE_CHARS; i++) {
            int given = i < length ? signature[from + i] : 0;
            different |= given ^ expected[i];
        }
        return different == 0;
    }
}
