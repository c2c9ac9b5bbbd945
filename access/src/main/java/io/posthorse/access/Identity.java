package io.posthorse.access;

import io.posthorse.auth.Account;

/**
 * Who a connection or a call acts for: a user whose secret was proven, or one who still has to prove it. Used on the owner's
 * thread.
 */
public final class Identity {
    final Account account;

    Identity(Account account) {
        this.account = account;
    }

    /** Name of the user. */
    public String name() {
        return account.user().name();
    }

    /** Whether the user may do everything but what nobody may. */
    public boolean isSuper() {
        return account.user().isSuper();
    }

    /** Whether this is the user of that name, and users have not changed since it was given out. */
    public boolean is(byte[] text, int from, int length) {
        return account.is(text, from, length);
    }

    /** Adds a piece of what the user has signed. */
    public void sign(byte[] bytes, int from, int length) {
        account.sign(bytes, from, length);
    }

    /**
     * Ends a check of a signature.
     *
     * @return whether the text is the Base64 HmacSHA1 of the pieces with the user's secret; takes as long where it is not
     */
    public boolean matches(byte[] signature, int from, int length) {
        return account.matches(signature, from, length);
    }
}
