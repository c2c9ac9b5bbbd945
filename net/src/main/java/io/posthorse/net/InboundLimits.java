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
 * The limits of peers: connections, and memory for requests that are being received. Strangers have little of both, and no
 * user and no address has more than its share. Bytes are counted when they are reserved, not when they come. A stranger
 * that exceeds its limit is closed; reading from others pauses until some request is complete. Used on the owner's thread.
 */
final class InboundLimits {
    private final UnidentifiedPeers strangers;
    private final long strangersBytesMax;
    private final Quota connections;
    private final QuotaShares shares;
    private final long bytesMax;
    private final RequestMemory all;
    /** By user and by address; only for those with reservations. */
    private final Map<Object, RequestMemory> each = new HashMap<>();
    private final ConnectionTurns turns;
    private final UnsentBytes unsent;
    private final SlowRequests slowRequests;
    private long strangersBytes;

    /**
     * @param strangers limit of peers without identification
     * @param connectionsMax maximum number of connections
     * @param bytesMax maximum bytes for parts of requests, and as many for answers that are not taken
     * @param strangersBytesMax part of them for strangers
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
        this.slowRequests = new SlowRequests(clock, this::awaited);
    }

    /** Returns limits for a connection that this side has dialled. */
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

    /** Adds a connection, or its holder once that is known; returns false where the limit is reached. */
    boolean connect(QuotaHolder holder) {
        return connections.take(holder);
    }

    /** Removes a connection. */
    void disconnect(QuotaHolder holder) {
        connections.give(holder);
    }

    /** Adds a stranger; returns its place, or null where there are too many. */
    UnidentifiedPeers.Place enter(InetAddress address, Runnable evict) {
        return strangers.enter(address, evict);
    }

    /** Removes a stranger that has ended, or is known now. */
    void leave(UnidentifiedPeers.Place place, long held) {
        place.leave();
        strangersBytes -= held;
    }

    /**
     * Changes the reservation of a stranger.
     *
     * @return false where that is too much; it counts all the same, since the memory is in use until it is returned
     */
    boolean reserveForStranger(long more) {
        all.add(more);
        strangersBytes += more;
        return more <= 0 || !all.isFlooded() && strangersBytes <= strangersBytesMax;
    }

    /** Moves the reservation of a stranger to its holder. */
    void adopt(QuotaHolder holder, long bytes) {
        if (bytes > 0) {
            List<RequestMemory> rooms = rooms(holder);
            rooms.subList(0, rooms.size() - 1).forEach(room -> room.add(bytes));
        }
    }

    /** Returns the number of users and networks with a limit of their own now. */
    int limited() {
        return each.size();
    }

    /** Returns whether a connection's request should take no more memory than its received bytes. */
    boolean isUsedUp(Connection connection) {
        QuotaHolder holder = connection.holder();
        return all.isUsedUp() || isUsedUp(holder.user()) || isUsedUp(holder.network());
    }

    /** Returns whether the limit of a user or a network is used up; strangers without requests get none. */
    private boolean isUsedUp(Object whose) {
        RequestMemory room = each.get(whose);
        return room != null && room.isUsedUp();
    }

    /**
     * Changes the reservation of a known connection, and decides whose reading continues. A connection that waits for its
     * own limit takes nobody's place in the common one.
     *
     * @return false where the waiting connections hold so much that this one must be closed
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
            slowRequests.watch(connection);
        }
        boolean isFlooded = more > 0 && connection.isPaused() && rooms(holder).stream().anyMatch(RequestMemory::isFlooded);
        if (isWhole) {
            each.computeIfPresent(holder.user(), (whose, room) -> room.isEmpty() ? null : room);
            each.computeIfPresent(holder.network(), (whose, room) -> room.isEmpty() ? null : room);
        }
        return !isFlooded;
    }

    /** Returns the bytes of a share above which its connections pause: the whole is not halved. */
    private long pauseAt(long share) {
        return share >= bytesMax ? share : share / 2;
    }

    private Set<Connection> awaited() {
        Set<Connection> awaited = new HashSet<>(all.awaited());
        each.values().forEach(room -> awaited.addAll(room.awaited()));
        return awaited;
    }

    /**
     * Returns the limits of the user, the address, and last the common one. Connections of a holder pause at half of its
     * share, so that with all that had begun before it holds no more than the share.
     */
    private List<RequestMemory> rooms(QuotaHolder holder) {
        List<RequestMemory> rooms = new ArrayList<>(3);
        if (!holder.user().isEmpty()) {
            rooms.add(each.computeIfAbsent(holder.user(), whose -> new RequestMemory(pauseAt(shares.ofUser(bytesMax)))));
        }
        if (!holder.address().isLoopbackAddress()) {
            rooms.add(each.computeIfAbsent(
                    holder.network(), whose -> new RequestMemory(pauseAt(shares.ofAddress(bytesMax)))));
        }
        rooms.add(all);
        return rooms;
    }
}
