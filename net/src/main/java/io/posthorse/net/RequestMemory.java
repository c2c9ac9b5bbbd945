package io.posthorse.net;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * A limit of bytes for requests that are being received. Once they are used up, connections wait until some request is
 * complete; one of them always continues, so one request at most exceeds the limit.
 */
final class RequestMemory {
    private final long max;
    private long bytes;
    /** Connections with a request that is being read. */
    private final Set<Connection> reading = new HashSet<>();
    /** Connections whose reading pauses. */
    private final ArrayDeque<Connection> waiting = new ArrayDeque<>();

    RequestMemory(long max) {
        this.max = max;
    }

    long bytes() {
        return bytes;
    }

    /** Returns whether the limit is exceeded so far that a connection that wants more must be closed. */
    boolean isFlooded() {
        return bytes > 2 * max;
    }

    boolean isUsedUp() {
        return bytes >= max;
    }

    /** Returns the connections whose requests hold memory that others wait for. */
    Set<Connection> awaited() {
        return waiting.isEmpty() ? Set.of() : reading;
    }

    boolean isEmpty() {
        return bytes == 0 && reading.isEmpty() && waiting.isEmpty();
    }

    /** Counts bytes of a connection that never waits. */
    void add(long more) {
        bytes += more;
    }

    /** Changes the reservation of a connection, and decides whose reading continues. */
    void reserve(Connection connection, long more, boolean isWhole) {
        bytes += more;
        if (isWhole) {
            reading.remove(connection);
            if (waiting.remove(connection)) {
                connection.pause(-1);
            }
        } else if (!waiting.contains(connection)) {
            reading.add(connection);
            if (more > 0 && bytes > max && reading.size() > 1) {
                reading.remove(connection);
                waiting.add(connection);
                connection.pause(1);
            }
        }
        resumeWaiting();
    }

    /** Changes the reservation of a connection that waits for another limit meanwhile. */
    void stop(Connection connection, long more) {
        bytes += more;
        reading.remove(connection);
        resumeWaiting();
    }

    private void resumeWaiting() {
        while (!waiting.isEmpty() && (reading.isEmpty() || bytes <= max)) {
            Connection next = waiting.poll();
            reading.add(next);
            next.pause(-1);
        }
    }
}
