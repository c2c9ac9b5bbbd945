package io.posthorse.embedded;

import io.posthorse.embedded.seam.RunningServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/**
 * A broker that runs inside this JVM, on free ports of the loopback address. Several can run at the same time; they share
 * no messages and no files.
 *
 * <p>It is a complete broker: the same server as in a separate process, without replicas, and without access control unless
 * settings switch it on. All methods can be called by any thread.
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
     * Starts a broker in a temporary directory that {@link #close} deletes; when this returns, the broker accepts clients.
     *
     * @throws BrokerStartException where it cannot be started; the message says why and what to do
     */
    public static Broker start() {
        return builder().start();
    }

    /** Returns a builder for a broker with settings or a directory of its own. */
    public static BrokerBuilder builder() {
        return new BrokerBuilder();
    }

    /**
     * Returns the broker URL for JMS clients, such as {@code tcp://127.0.0.1:41234}.
     *
     * @throws IllegalStateException where the settings turned JMS off
     */
    public String jmsUrl() {
        return "tcp://" + address(server.jmsPort(), "openwire.enabled");
    }

    /** Returns the name server's address for RocketMQ clients, such as {@code 127.0.0.1:41235}. */
    public String nameServer() {
        return address(server.nameServerPort(), "nameserver.enabled");
    }

    /**
     * Returns the endpoints for RocketMQ 5's gRPC clients, such as {@code 127.0.0.1:41236}. The first broker of a JVM opens
     * this port some tenths of a second after the others; this method waits for it.
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
            throw new IllegalStateException("This broker has no such port, because its setting " + setting
                    + " is false. Remove the setting to open the port.");
        }
        return server.host() + ":" + port;
    }

    /**
     * Creates a topic where there is none with that name. The first message creates a topic too, but a RocketMQ consumer
     * that was started earlier looks for new topics only every 30 seconds.
     *
     * @throws IllegalArgumentException where the name or the number of queues is invalid
     * @throws UncheckedIOException where the disk or a limit has no room for it
     */
    public void createTopic(String name, int queues) {
        try {
            server.createTopic(name, queues);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns its data directory. */
    public Path directory() {
        return directory;
    }

    /**
     * Stops the broker and waits until it has stopped, then deletes a temporary directory. Later calls do nothing, but
     * return no earlier than the first. Does nothing where the end of the JVM has already deleted the temporary directory.
     *
     * @throws UncheckedIOException where remaining data could not be written, or the directory could not be deleted
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
            throw new UncheckedIOException("The broker in " + directory + " was not stopped in order; all acknowledged"
                    + " messages are in its log nevertheless. " + e.getMessage(), e);
        }
    }

    /** Returns its addresses and its directory. */
    @Override
    public String toString() {
        return "Broker[" + server.host() + ", name server " + server.nameServerPort() + ", JMS " + server.jmsPort() + ", "
                + directory + "]";
    }
}
