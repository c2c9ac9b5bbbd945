package io.posthorse.protocol.openwire;

import io.posthorse.access.Gate;
import io.posthorse.access.Identity;
import io.posthorse.access.NotAdmittedException;
import io.posthorse.access.Origin;
import io.posthorse.net.Connection;
import java.net.InetAddress;

/** The permissions of one connection, which the gate decides by the broker's names of destinations and subscriptions. */
final class ConnectionAccess {
    private final Gate gate;
    private final InetAddress source;
    private Identity identity;

    private ConnectionAccess(Gate gate, InetAddress source, Identity identity) {
        this.gate = gate;
        this.source = source;
        this.identity = identity;
    }

    /**
     * Logs a user in by name and password.
     *
     * @throws SecurityException where the login is refused
     */
    static ConnectionAccess login(Gate gate, String name, String password, Connection connection) {
        Origin from = new Origin(connection.remote().getAddress(), connection.isEncrypted());
        try {
            return new ConnectionAccess(gate, from.address(), gate.logins().login(name, password, from));
        } catch (NotAdmittedException e) {
            throw new SecurityException(e.getMessage());
        }
    }

    /** Returns the name of the user; empty where access control is off. */
    String user() {
        return identity == null ? "" : identity.name();
    }

    /** Returns whether access control is on. */
    boolean isOn() {
        return gate.isOn();
    }

    /** Refuses a user whose access was withdrawn: users may have changed since the login. */
    private void requireUser() {
        if (!gate.isOn()) {
            return;
        }
        Identity now = gate.logins().now(identity);
        if (now == null) {
            throw new SecurityException("User " + identity.name() + " no longer has access.");
        }
        identity = now;
    }

    void requireSend(String topic) {
        requireUser();
        require(gate.refusalToSend(identity, source, topic));
    }

    void requireRead(String topic) {
        requireUser();
        require(gate.refusalToRead(identity, source, topic));
    }

    /** Requires permission to read with a subscription other than a queue's own. */
    void requireJoin(String subscription) {
        requireUser();
        require(gate.refusalToJoin(identity, source, subscription));
    }

    void requireCreate(String topic) {
        requireUser();
        require(gate.refusalToCreate(identity, source, topic));
    }

    void requireDelete(String topic) {
        requireUser();
        require(gate.refusalToDelete(identity, source, topic));
    }

    private void require(String refusal) {
        if (refusal != null) {
            throw new SecurityException(identity == null
                    ? "Not authorized: " + refusal
                    : "User " + identity.name() + " is not authorized: " + refusal);
        }
    }

    /** Returns whether the user has any permission on a topic, and so may know that it exists. */
    boolean mayKnow(String topic) {
        return gate.mayKnow(identity, source, topic);
    }

    /** Returns whether the user may know of other users' connections and resources. */
    boolean mayKnowAll() {
        return gate.mayKnowAll(identity);
    }
}
