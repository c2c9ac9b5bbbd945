package io.posthorse.net;

/** A factory of a protocol's sessions, one for each new connection. */
public interface SessionFactory {
    Session open(Connection connection);
}
