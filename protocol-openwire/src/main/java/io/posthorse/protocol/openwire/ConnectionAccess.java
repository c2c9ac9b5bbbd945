package io.posthorse.protocol.openwire;

import io.posthorse.access.Gate;
import io.posthorse.access.Identity;
import io.posthorse.access.NotAdmittedException;
import io.posthorse.access.Origin;
import io.posthorse.net.Connection;
import java.net.InetAddress;

/** What one connection may do; the gate decides, by the names that destinations and subscriptions have in the broker. */
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
     * Lets a user in by name and password.
     *
     * @throws SecurityException where the client is not let in
     */
    static ConnectionAccess login(Gate gate, String name, String password, Connection connection) {
        Origin from = new Origin(connection.remote().getAddress(), connection.isEncrypted());
        try {
            return new ConnectionAccess(gate, from.address(), gate.logins().login(name, password, from));
        } catch (NotAdmittedException e) {
            throw new SecurityException(e.getMessage());
        }
    }

    /** Name of the user; empty where there are no users. */
    String user() {
        return identity == null ? "" : identity.name();
    }

    /** Whether users are asked for. */
    boolean isOn() {
        return gate.isOn();
    }

    /** Refuses who is not let in any more: users may have changed since the login. */
    private void requireUser() {
        if (!gate.isOn()) {
            return;
        }
        Identity now = gate.logins().now(identity);
        if (now == null) {
            throw new SecurityException("User " + identity.name() + " is no longer let in.");
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

    /** Refuses reading by a subscription that is more than a queue's own. */
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

    /** Whether the user may do anything at all to a topic, and so may know that it exists. */
    boolean mayKnow(String topic) {
        return gate.mayKnow(identity, source, topic);
    }

    /** Whether the user may know who else is here, and what is others'. */
    boolean mayKnowAll() {
        return gate.mayKnowAll(identity);
    }
}
