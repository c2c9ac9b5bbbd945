package io.posthorse.net;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What all peers together may take before their requests are whole, and what those may of whom nobody knows yet who they
 * are. Bytes are counted as they are reserved, not as they come. A stranger who wants more than there is goes; others are
 * read no further until somebody's request is whole. One of them always goes on, so the limit is passed by one request at
 * most. Used on the owner's thread.
 */
final class InboundLimits {
    /** Strangers of one address at a time. */
    static final int OF_ADDRESS_MAX = 64;

    private final int strangersMax;
    private final long bytesMax;
    private final long strangersBytesMax;
    private final Map<InetAddress, Integer> strangersOf = new HashMap<>();
    private int strangers;
    private long bytes;
    private long strangersBytes;
    /** Connections of which a request has begun to come and is read on. */
    private final Set<Connection> reading = new HashSet<>();
    /** Those that are read no further for now. */
    private final ArrayDeque<Connection> waiting = new ArrayDeque<>();

    /**
     * @param strangersMax strangers at a time
     * @param bytesMax bytes that are reserved for parts of requests
     * @param strangersBytesMax of those, for strangers
     */
    InboundLimits(int strangersMax, long bytesMax, long strangersBytesMax) {
        this.strangersMax = strangersMax;
        this.bytesMax = bytesMax;
        this.strangersBytesMax = strangersBytesMax;
    }

    /** For a connection that this side has dialled. */
    static InboundLimits unlimited() {
        return new InboundLimits(0, Long.MAX_VALUE, 0);
    }

    /** A stranger comes; false where there are too many. */
    boolean enter(InetAddress address) {
        int there = strangersOf.getOrDefault(address, 0);
        if (strangers >= strangersMax || there >= OF_ADDRESS_MAX) {
            return false;
        }
        strangersOf.put(address, there + 1);
        strangers++;
        return true;
    }

    /** A stranger is gone, or is none any more. */
    void leave(InetAddress address, long held) {
        strangersOf.computeIfPresent(address, (a, count) -> count == 1 ? null : count - 1);
        strangers--;
        strangersBytes -= held;
    }

    /**
     * Notes that a stranger has reserved more, or less.
     *
     * @return false where that is too much; it is noted all the same, for what is reserved is there until it is given back
     */
    boolean reserveForStranger(long more) {
        bytes += more;
        strangersBytes += more;
        return more <= 0 || bytes <= bytesMax && strangersBytes <= strangersBytesMax;
    }

    /** Notes that somebody who is known has reserved more, or less, and who is read on. */
    void reserve(Connection connection, long more, boolean isWhole) {
        bytes += more;
        if (isWhole) {
            reading.remove(connection);
            waiting.remove(connection);
            connection.pause(false);
        } else if (!waiting.contains(connection)) {
            reading.add(connection);
            if (more > 0 && bytes > bytesMax && reading.size() > 1) {
                reading.remove(connection);
                waiting.add(connection);
                connection.pause(true);
            }
        }
        while (!waiting.isEmpty() && (reading.isEmpty() || bytes <= bytesMax)) {
            Connection next = waiting.poll();
            reading.add(next);
            next.pause(false);
        }
    }
}
