package io.posthorse.auth;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A user with a keyed HmacSHA1 that is reused for one verification after another, without allocation. It is valid until the
 * users change. Used on the owner's thread.
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
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM, e);
        }
    }

    public User user() {
        return user;
    }

    /** Returns whether this is the account with that name, and the users have not changed since it was created. */
    public boolean is(byte[] text, int from, int length) {
        return current && Arrays.equals(name, 0, name.length, text, from, from + length);
    }

    /** Adds a part of the signed content. */
    public void sign(byte[] bytes, int from, int length) {
        mac.update(bytes, from, length);
    }

    /**
     * Ends a verification.
     *
     * @return whether the text is the Base64 signature of the parts; takes the same time where it is not
     */
    public boolean matches(byte[] signature, int from, int length) {
        try {
            mac.doFinal(digest, 0);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
        Base64.getEncoder().encode(digest, expected);
        int difference = length ^ SIGNATURE_CHARS;
        for (int i = 0; i < SIGNATURE_CHARS; i++) {
            int given = i < length ? signature[from + i] : 0;
            difference |= given ^ expected[i];
        }
        return difference == 0;
    }
}
