package io.posthorse.embedded.seam;

import java.io.Closeable;
import java.io.IOException;

/** A server that runs on the other side of the class loader. A port below 1 means that its settings turned it off. */
public interface RunningServer extends Closeable {
    /** Returns the address of this machine for clients, as a part of a URL. */
    String host();

    /** Returns the name server's port. */
    int nameServerPort();

    /**
     * Creates a topic where there is none with that name.
     *
     * @throws IllegalArgumentException where the name or the number of queues is invalid
     * @throws IOException where the disk or a limit has no room for it
     */
    void createTopic(String name, int queues) throws IOException;

    /** Returns the port for JMS clients. */
    int jmsPort();

    /**
     * Returns the port for gRPC; waits until it is open.
     *
     * @throws IOException where it could not be opened
     */
    int grpcPort() throws IOException;
}
