package io.posthorse.net;

import io.posthorse.platform.Clock;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What peers may have: connections, and room for requests that have begun to come. Of both, those of whom nobody knows yet
 * who they are have little, and no user and no address has more than its share. Bytes are counted as they are reserved, not
 * as they come. A stranger who wants more than there is goes; others are read no further until somebody's request is whole.
 * Used on the owner's thread.
 */
final class InboundLimits {
    private final UnidentifiedPeers strangers;
    private final long strangersBytesMax;
    private final Quota connections;
    private final QuotaShares shares;
    private final long bytesMax;
    private final RequestMemory all;
    /** By user and by address; of those who have some. */
    private final Map<Object, RequestMemory> each = new HashMap<>();
    private final ConnectionTurns turns;
    private final UnsentBytes unsent;
    private final SlowRequests stragglers;
    private long strangersBytes;

    /**
     * @param strangers who may be unknown at a time
     * @param connectionsMax how many connections there may be
     * @param bytesMax bytes that are reserved for parts of requests, and as much for answers that are not taken
     * @param strangersBytesMax of those, for strangers
     */
    InboundLimits(
            UnidentifiedPeers strangers, int connectionsMax, long bytesMax, long strangersBytesMax, QuotaShares shares,
            Clock clock) {
        this.strangers = strangers;
        this.connections = new Quota(connectionsMax, shares);
        this.shares = shares;
        this.bytesMax = bytesMax;
        this.strangersBytesMax = strangersBytesMax;
        this.all = new RequestMemory(bytesMax);
        this.turns = new ConnectionTurns(clock);
        this.unsent = new UnsentBytes(bytesMax, shares, clock);
        this.stragglers = new SlowRequests(clock, this::awaited);
    }

    /** For a connection that this side has dialled. */
    static InboundLimits unlimited() {
        return new InboundLimits(new UnidentifiedPeers(0), Integer.MAX_VALUE, Long.MAX_VALUE / 4, 0, QuotaShares.WHOLE,
                Clock.system());
    }

    ConnectionTurns turns() {
        return turns;
    }

    UnsentBytes unsent() {
        return unsent;
    }

    /** A connection comes, or it is known now whose it is; false where there is no place left. */
    boolean connect(QuotaHolder holder) {
        return connections.take(holder);
    }

    /** A connection goes. */
    void disconnect(QuotaHolder holder) {
        connections.give(holder);
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
        all.add(more);
        strangersBytes += more;
        return more <= 0 || all.bytes() <= bytesMax && strangersBytes <= strangersBytesMax;
    }

    /** It is known now whose a connection is that has reserved so much as a stranger. */
    void adopt(QuotaHolder holder, long bytes) {
        if (bytes > 0) {
            List<RequestMemory> rooms = rooms(holder);
            rooms.subList(0, rooms.size() - 1).forEach(room -> room.add(bytes));
        }
    }

    /** Whether a connection's request should take no more room than what has come of it. */
    boolean isUsedUp(Connection connection) {
        return rooms(connection.holder()).stream().anyMatch(RequestMemory::isUsedUp);
    }

    /**
     * Notes that somebody who is known has reserved more, or less, and who is read on. Who waits for his own room takes
     * nobody's turn in that of all.
     *
     * @return false where those who wait hold so much by now that this one has to go
     */
    boolean reserve(Connection connection, long more, boolean isWhole) {
        QuotaHolder holder = connection.holder();
        for (RequestMemory room : rooms(holder)) {
            if (isWhole || !connection.isPaused()) {
                room.reserve(connection, more, isWhole);
            } else {
                room.stop(connection, more);
            }
        }
        if (more > 0 && connection.isPaused()) {
            stragglers.lookAfter(connection);
        }
        boolean isFlooded = more > 0 && connection.isPaused() && rooms(holder).stream().anyMatch(RequestMemory::isFlooded);
        if (isWhole) {
            each.computeIfPresent(holder.user(), (whose, room) -> room.isEmpty() ? null : room);
            each.computeIfPresent(holder.address(), (whose, room) -> room.isEmpty() ? null : room);
        }
        return !isFlooded;
    }

    private Set<Connection> awaited() {
        Set<Connection> awaited = new HashSet<>(all.awaited());
        each.values().forEach(room -> awaited.addAll(room.awaited()));
        return awaited;
    }

    /** The user's, the address's, and last that of all. */
    private List<RequestMemory> rooms(QuotaHolder holder) {
        List<RequestMemory> rooms = new ArrayList<>(3);
        if (!holder.user().isEmpty()) {
            rooms.add(each.computeIfAbsent(holder.user(), whose -> new RequestMemory(shares.ofUser(bytesMax))));
        }
        if (!holder.address().isLoopbackAddress()) {
            rooms.add(each.computeIfAbsent(holder.address(), whose -> new RequestMemory(shares.ofAddress(bytesMax))));
        }
        rooms.add(all);
        return rooms;
    }
}
