package io.posthorse.access;

import io.posthorse.auth.AccessControl;
import io.posthorse.auth.User;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Finds out who somebody is: by name and password, or by a signature; secrets are guessed at a few times only. */
public final class LoginChecker {
    private final AccessControl control;
    private final AccessPolicy policy;

    /** @param control null where nobody is asked */
    LoginChecker(AccessControl control, AccessPolicy policy) {
        this.control = control;
        this.policy = policy;
    }

    /** The user of that name, who has yet to prove it; where there is none, one that nothing proves: both take as long. */
    public Identity claimed(byte[] text, int from, int length) {
        return new Identity(control.account(text, from, length));
    }

    /** Whether a user's secret was guessed at too often lately, so that even the right one is not looked at. */
    public boolean mustWait(String user, InetAddress source) {
        return control.mustWait(user, source);
    }

    /** Notes that a secret was wrong, or its user unknown. */
    public void failed(String user, InetAddress source) {
        control.failed(user, source);
    }

    /** Notes that a secret was right. */
    public void proved(Identity who, InetAddress source) {
        control.proved(who.name(), source);
    }

    /**
     * Lets a user in by name and password.
     *
     * @return null where the gate is open
     * @throws NotAdmittedException where the user is not let in
     */
    public Identity login(String name, String password, Origin from) {
        if (control == null) {
            return null;
        }
        if (name == null || password == null) {
            throw new NotAdmittedException("This broker asks for a user and a password.");
        }
        if (!from.isPrivate() && !policy.plainPasswords()) {
            throw new NotAdmittedException("This broker takes no password that others can read on its way. Connect with TLS,"
                    + " or set " + AccessPolicy.PLAIN_PASSWORDS + "=true where the network is safe.");
        }
        if (control.mustWait(name, from.address())) {
            throw new NotAdmittedException("Too many wrong passwords of this user, or from "
                    + from.address().getHostAddress() + ". Wait 10 seconds.");
        }
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        Identity who = claimed(utf8, 0, utf8.length);
        User user = who.account.user();
        boolean right = MessageDigest.isEqual(
                user.secret().reveal().getBytes(StandardCharsets.UTF_8), password.getBytes(StandardCharsets.UTF_8));
        if (!right || unwelcome(who, from.address()) != null) {
            control.failed(name, from.address());
            throw new NotAdmittedException("User name [" + printable(name) + "] or password is invalid.");
        }
        proved(who, from.address());
        return who;
    }

    /** The user as users are now; null where that one is gone, disabled, or has another secret. */
    public Identity now(Identity who) {
        byte[] utf8 = who.name().getBytes(StandardCharsets.UTF_8);
        if (who.is(utf8, 0, utf8.length)) {
            return who;
        }
        Identity now = claimed(utf8, 0, utf8.length);
        User user = now.account.user();
        boolean same = user.enabled() && user.secret().equals(who.account.user().secret());
        return same ? now : null;
    }

    /** Why a user whose secret is right is not let in all the same; null where it is. */
    public static String unwelcome(Identity who, InetAddress source) {
        User user = who.account.user();
        if (!user.enabled()) {
            return "user " + user.name() + " is disabled";
        }
        if (!user.sources().contains(source)) {
            return "user " + user.name() + " may not come from " + source.getHostAddress() + ", only from "
                    + user.sources();
        }
        return null;
    }

    /** What is said of a signature that is wrong, and in the same words where there is no such user. */
    public static String mismatch(String user) {
        return "Check signature failed: there is no user with the access key " + printable(user)
                + ", or the secret key is wrong.";
    }

    /** What is said where secrets were guessed at too often. */
    public static String tooManyFailures(InetAddress source) {
        return "too many wrong signatures of this access key, or from " + source.getHostAddress() + ". Wait 10 seconds.";
    }

    /** A name from outside, as a log or an answer may have it. */
    public static String printable(String name) {
        return name.replaceAll("[^a-zA-Z0-9_.@%|+=-]", "?");
    }
}
