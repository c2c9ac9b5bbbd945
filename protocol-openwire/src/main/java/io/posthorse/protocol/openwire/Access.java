package io.posthorse.protocol.openwire;

import io.posthorse.auth.AccessControl;
import io.posthorse.auth.Account;
import io.posthorse.auth.Action;
import io.posthorse.auth.Actions;
import io.posthorse.auth.ResourceKind;
import io.posthorse.auth.User;
import io.posthorse.auth.Verdict;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Who may connect, and what connections may do. Where there is no access control, everybody may do everything. */
final class Access {
    private final AccessControl control;

    Access(AccessControl control) {
        this.control = control;
    }

    /**
     * Lets a user in by name and password.
     *
     * @return the account; null where there is no access control
     * @throws SecurityException where the client is not let in
     */
    Account login(String name, String password, InetAddress source) {
        if (control == null) {
            return null;
        }
        if (name == null || password == null) {
            throw new SecurityException("This broker asks for a user and a password.");
        }
        if (control.mustWait(name, source)) {
            throw new SecurityException("Too many wrong passwords from " + source.getHostAddress() + ". Wait 10 seconds.");
        }
        byte[] utf8 = name.getBytes(StandardCharsets.UTF_8);
        User user = control.account(utf8, 0, utf8.length).user();
        boolean right = MessageDigest.isEqual(
                user.secret().reveal().getBytes(StandardCharsets.UTF_8), password.getBytes(StandardCharsets.UTF_8));
        if (!right || !user.enabled() || !user.sources().contains(source)) {
            control.failed(name, source);
            throw new SecurityException("User name [" + printable(name) + "] or password is invalid.");
        }
        return control.account(utf8, 0, utf8.length);
    }

    /** The account as it is now: users and rules may have changed since the login; refused where it is gone. */
    void check(Account account, InetAddress source, String topic, Action action) {
        if (control == null) {
            return;
        }
        byte[] utf8 = account.user().name().getBytes(StandardCharsets.UTF_8);
        Account now = control.account(utf8, 0, utf8.length);
        boolean same = now.user().enabled() && now.user().secret().equals(account.user().secret());
        if (!same) {
            throw new SecurityException("User " + account.user().name() + " is no longer let in.");
        }
        Verdict refusal = control.refusal(
                now, ResourceKind.TOPIC, topic.getBytes(StandardCharsets.UTF_8), 0,
                topic.getBytes(StandardCharsets.UTF_8).length, Actions.of(action), source);
        if (refusal != null) {
            throw new SecurityException("User " + account.user().name() + " is not authorized: " + refusal.reason());
        }
    }

    /** Whether a user may do anything at all to a topic, and so may know that it exists. */
    boolean mayKnow(Account account, InetAddress source, String topic) {
        return control == null || control.decide(account, ResourceKind.TOPIC, topic, Actions.ALL, source).allowed();
    }

    /** Whether a user may know who else is here. */
    boolean mayKnowAll(Account account) {
        return control == null || account.user().isSuper();
    }

    /** Has changes of users and rules told. */
    void onChange(Runnable listener) {
        if (control != null) {
            control.onChange(listener);
        }
    }

    boolean isOn() {
        return control != null;
    }

    private static String printable(String name) {
        return name.replaceAll("[^a-zA-Z0-9_.@%|+=-]", "?");
    }
}
