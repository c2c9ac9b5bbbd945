package io.posthorse.access;

import io.posthorse.auth.AccessControl;
import io.posthorse.auth.User;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Verifies identities by name and password, or by a signature, and limits the number of attempts. */
public final class LoginChecker {
    private final AccessControl control;
    private final AccessPolicy policy;

    /** @param control null where the broker does not ask for users */
    LoginChecker(AccessControl control, AccessPolicy policy) {
        this.control = control;
        this.policy = policy;
    }

    /**
     * Returns the user with that name, not proved yet; an unknown one gets a user that no secret proves, in the same time.
     */
    public Identity claimed(byte[] text, int from, int length) {
        return new Identity(control.account(text, from, length));
    }

    /** Returns whether a user's secret has failed too often recently, so that not even the right one is accepted now. */
    public boolean mustWait(String user, InetAddress source) {
        return control.mustWait(user, source);
    }

    /** Notes that a secret was wrong, or its user unknown. */
    public void failed(String user, InetAddress source) {
        control.failed(user, source);
    }

    /** Notes that a secret was right. */
    public void proved(Identity identity, InetAddress source) {
        control.proved(identity.name(), source);
    }

    /**
     * Logs a user in by name and password.
     *
     * @return null where the gate is open
     * @throws NotAdmittedException where the login is refused
     */
    public Identity login(String name, String password, Origin from) {
        if (control == null) {
            return null;
        }
        if (name == null || password == null) {
            throw new NotAdmittedException("This broker requires a user and a password.");
        }
        if (!from.isPrivate() && !policy.plainPasswords()) {
            throw new NotAdmittedException("This broker accepts no password over a connection that others can read. Connect"
                    + " with TLS, or set " + AccessPolicy.PLAIN_PASSWORDS + "=true where the network is safe.");
        }
        if (control.mustWait(name, from.address())) {
            throw new NotAdmittedException("Too many wrong passwords of this user, or from "
                    + from.address().getHostAddress() + ". Wait 10 seconds.");
        }
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        Identity identity = claimed(utf8, 0, utf8.length);
        User user = identity.account.user();
        boolean right = MessageDigest.isEqual(
                user.secret().reveal().getBytes(StandardCharsets.UTF_8), password.getBytes(StandardCharsets.UTF_8));
        if (!right || unwelcome(identity, from.address()) != null) {
            control.failed(name, from.address());
            throw new NotAdmittedException("User name [" + printable(name) + "] or password is invalid.");
        }
        proved(identity, from.address());
        return identity;
    }

    /** Returns the present state of a user; null where the user was deleted, is disabled, or has another secret. */
    public Identity now(Identity identity) {
        byte[] utf8 = identity.name().getBytes(StandardCharsets.UTF_8);
        if (identity.is(utf8, 0, utf8.length)) {
            return identity;
        }
        Identity now = claimed(utf8, 0, utf8.length);
        User user = now.account.user();
        boolean same = user.enabled() && user.secret().equals(identity.account.user().secret());
        return same ? now : null;
    }

    /** Returns why a user with the right secret is refused all the same; null where it is not. */
    public static String unwelcome(Identity identity, InetAddress source) {
        User user = identity.account.user();
        if (!user.enabled()) {
            return "user " + user.name() + " is disabled";
        }
        if (!user.sources().contains(source)) {
            return "user " + user.name() + " may not connect from " + source.getHostAddress() + ", only from "
                    + user.sources();
        }
        return null;
    }

    /** Returns the text for a wrong signature, which is the same for an unknown user. */
    public static String mismatch(String user) {
        return "Check signature failed: there is no user with the access key " + printable(user)
                + ", or the secret key is wrong.";
    }

    /** Returns the text for too many failures. */
    public static String tooManyFailures(InetAddress source) {
        return "too many wrong signatures of this access key, or from " + source.getHostAddress() + ". Wait 10 seconds.";
    }

    /** Returns a name from outside in a form that is safe for a log or an answer. */
    public static String printable(String name) {
        return name.replaceAll("[^a-zA-Z0-9_.@%|+=-]", "?");
    }
}
