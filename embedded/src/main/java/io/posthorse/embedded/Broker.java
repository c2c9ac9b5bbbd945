package io.posthorse.embedded;

import io.posthorse.embedded.seam.RunningServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A broker that runs inside this JVM, on free ports of the loopback address. Several may run at a time; they share no
 * messages and no files.
 *
 * <p>It is a whole broker: the same server as the one that runs as a process of its own, without replicas and without
 * access control unless settings ask for it. Its methods may be called by any thread.
 */
public final class Broker implements AutoCloseable {
    private final RunningServer server;
    private final Path directory;
    private final boolean temporary;
    private boolean closed;

    Broker(RunningServer server, Path directory, boolean temporary) {
        this.server = server;
        this.directory = directory;
        this.temporary = temporary;
    }

    /**
     * Starts a broker in a temporary directory that is gone after {@link #close}; when this returns, it accepts clients.
     *
     * @throws BrokerStartException where it cannot be started; the message says why and what to do
     */
    public static Broker start() {
        return builder().start();
    }

    /** A broker with settings or a directory of one's own. */
    public static BrokerBuilder builder() {
        return new BrokerBuilder();
    }

    /**
     * What JMS clients connect to, such as {@code tcp://127.0.0.1:41234}.
     *
     * @throws IllegalStateException where the settings turned JMS off
     */
    public String jmsUrl() {
        return "tcp://" + address(server.jmsPort(), "openwire.enabled");
    }

    /** What RocketMQ's clients have as name server, such as {@code 127.0.0.1:41235}. */
    public String nameServer() {
        return address(server.nameServerPort(), "nameserver.enabled");
    }

    /**
     * What RocketMQ 5's gRPC clients have as endpoints, such as {@code 127.0.0.1:41236}. The first broker of a JVM has
     * them some tenths of a second after the other addresses; this waits for it.
     *
     * @throws IllegalStateException where the settings turned gRPC off
     * @throws UncheckedIOException where the port could not be opened
     */
    public String grpcEndpoints() {
        try {
            return address(server.grpcPort(), "grpc.enabled");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String address(int port, String setting) {
        if (port < 1) {
            throw new IllegalStateException("This broker has no such port, as its setting " + setting
                    + " is false. Leave the setting out to have the port.");
        }
        return server.host() + ":" + port;
    }

    /**
     * Makes a topic where there is none of that name. Topics come to be with their first message anyway; but a RocketMQ
     * consumer that was there before looks for new ones every 30 seconds only.
     *
     * @throws IllegalArgumentException where it cannot have that name or so many queues
     * @throws UncheckedIOException where there is no room for it
     */
    public void createTopic(String name, int queues) {
        try {
            server.createTopic(name, queues);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where its data is. */
    public Path directory() {
        return directory;
    }

    /**
     * Stops it and waits until it has stopped; a temporary directory is deleted then. Calls after the first do nothing,
     * but return no earlier than the first. Where the JVM ends and has deleted the temporary directory, it does nothing.
     *
     * @throws UncheckedIOException where what is left could not be written, or the directory not be deleted
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!temporary) {
            closeServer();
        } else if (Workspace.closing()) {
            try {
                closeServer();
            } finally {
                Workspace.delete(directory);
                Workspace.closed();
            }
        }
    }

    private void closeServer() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException("The broker in " + directory + " was not stopped in order: what it acknowledged"
                    + " is in its log all the same. " + e.getMessage(), e);
        }
    }

    /** The addresses, as far as there are any. */
    @Override
    public String toString() {
        return "Broker[" + server.host() + ", name server " + server.nameServerPort() + ", JMS " + server.jmsPort() + ", "
                + directory + "]";
    }
}
