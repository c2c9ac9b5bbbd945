package io.posthorse.net;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * Bytes for requests that have begun to come. Where they are used up, connections wait until somebody's request is whole;
 * one of them always goes on, so the limit is passed by one request at most.
 */
final class RequestMemory {
    private final long max;
    private long bytes;
    /** Connections of which a request has begun to come and is read on. */
    private final Set<Connection> reading = new HashSet<>();
    /** Those that are read no further for now. */
    private final ArrayDeque<Connection> waiting = new ArrayDeque<>();

    RequestMemory(long max) {
        this.max = max;
    }

    long bytes() {
        return bytes;
    }

    /** Whether so much more is held than may be that whoever wants more has to go. */
    boolean isFlooded() {
        return bytes > 2 * max;
    }

    boolean isUsedUp() {
        return bytes >= max;
    }

    /** Whose requests hold what others wait for. */
    Set<Connection> awaited() {
        return waiting.isEmpty() ? Set.of() : reading;
    }

    boolean isEmpty() {
        return bytes == 0 && reading.isEmpty() && waiting.isEmpty();
    }

    /** Notes bytes of a connection that is not made to wait. */
    void add(long more) {
        bytes += more;
    }

    /** Notes that a connection has reserved more, or less, and who is read on. */
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
        goOn();
    }

    /** Notes more bytes, or fewer, of a connection that waits for other room meanwhile. */
    void stop(Connection connection, long more) {
        bytes += more;
        reading.remove(connection);
        goOn();
    }

    private void goOn() {
        while (!waiting.isEmpty() && (reading.isEmpty() || bytes <= max)) {
            Connection next = waiting.poll();
            reading.add(next);
            next.pause(-1);
        }
    }
}
