package io.posthorse.embedded.seam;

import java.io.Closeable;
import java.io.IOException;

/** A server that runs on the other side of the class loader. A port below 1 is one that its settings turned off. */
public interface RunningServer extends Closeable {
    /** The address of this machine that clients connect to, as it stands in a URL. */
    String host();

    /** The name server's port. */
    int nameServerPort();

    /**
     * Makes a topic where there is none of that name.
     *
     * @throws IllegalArgumentException where it cannot have that name or so many queues
     * @throws IOException where there is no room for it
     */
    void createTopic(String name, int queues) throws IOException;

    /** The port for JMS clients. */
    int jmsPort();

    /**
     * The port for gRPC; waits until it is open.
     *
     * @throws IOException where it could not be opened
     */
    int grpcPort() throws IOException;
}
