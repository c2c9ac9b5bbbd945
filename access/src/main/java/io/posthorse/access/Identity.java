package io.posthorse.access;

import io.posthorse.auth.Account;

/** The user for whom a connection or a call acts; its secret was proved, or still has to be. Used on the owner's thread. */
public final class Identity {
    final Account account;

    Identity(Account account) {
        this.account = account;
    }

    /** Returns the name of the user. */
    public String name() {
        return account.user().name();
    }

    /** Returns whether the user may do everything except what is forbidden to all users. */
    public boolean isSuper() {
        return account.user().isSuper();
    }

    /** Returns whether this is the user with that name, and users have not changed since this object was created. */
    public boolean is(byte[] text, int from, int length) {
        return account.is(text, from, length);
    }

    /** Adds a part of the signed content. */
    public void sign(byte[] bytes, int from, int length) {
        account.sign(bytes, from, length);
    }

    /**
     * Ends the verification of a signature.
     *
     * @return whether the text is the Base64 HmacSHA1 of the parts with the user's secret; takes the same time where it is
     *     not
     */
    public boolean matches(byte[] signature, int from, int length) {
        return account.matches(signature, from, length);
    }
}
