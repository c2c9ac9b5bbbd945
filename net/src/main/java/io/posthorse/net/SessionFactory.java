package io.posthorse.net;

/** Begins a protocol's session on a new connection. */
public interface SessionFactory {
    Session open(Connection connection);
}
