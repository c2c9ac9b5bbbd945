package io.posthorse.net;

import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;

/**
 * What all peers together may take before their requests are whole, and what those may of whom nobody knows yet who they
 * are. Bytes are counted as they are reserved, not as they come. A stranger who wants more than there is goes; others are
 * read no further until somebody's request is whole. One of them always goes on, so the limit is passed by one request at
 * most. Used on the owner's thread.
 */
final class InboundLimits {
    private final Strangers strangers;
    private final long bytesMax;
    private final long strangersBytesMax;
    private long bytes;
    private long strangersBytes;
    /** Connections of which a request has begun to come and is read on. */
    private final Set<Connection> reading = new HashSet<>();
    /** Those that are read no further for now. */
    private final ArrayDeque<Connection> waiting = new ArrayDeque<>();

    /**
     * @param strangers who may be unknown at a time
     * @param bytesMax bytes that are reserved for parts of requests
     * @param strangersBytesMax of those, for strangers
     */
    InboundLimits(Strangers strangers, long bytesMax, long strangersBytesMax) {
        this.strangers = strangers;
        this.bytesMax = bytesMax;
        this.strangersBytesMax = strangersBytesMax;
    }

    /** For a connection that this side has dialled. */
    static InboundLimits unlimited() {
        return new InboundLimits(new Strangers(0), Long.MAX_VALUE, 0);
    }

    /** A stranger comes; false where there are too many. */
    boolean enter(InetAddress address) {
        return strangers.enter(address);
    }

    /** A stranger is gone, or is none any more. */
    void leave(InetAddress address, long held) {
        strangers.leave(address);
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
