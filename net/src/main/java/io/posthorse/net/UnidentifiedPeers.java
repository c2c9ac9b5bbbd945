package io.posthorse.net;

import io.posthorse.platform.PeerNetwork;
import java.net.InetAddress;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The limit of strangers: a number in total, and a number of one network (see {@link PeerNetwork}), so that they leave
 * places for known peers. Where the total is reached, a newcomer takes the place of the oldest stranger of the network that
 * has most, unless its own network has as many: so no network, nor a few of them, can keep others out. Used on one thread.
 */
public final class UnidentifiedPeers {
    /** Ms that a peer may be a stranger. */
    public static final long STRANGER_MS = 10_000;
    /** Maximum strangers of one network. */
    static final int OF_ADDRESS_MAX = 64;
    /** Minimum of the limit, whatever the number of connections. */
    private static final int MIN = 64;
    private static final int PART = 10;

    private final int max;
    private final Map<InetAddress, Set<Place>> of = new HashMap<>();
    private int count;

    /** The place of a stranger. */
    public final class Place {
        private final InetAddress network;
        private final Runnable evict;

        private Place(InetAddress network, Runnable evict) {
            this.network = network;
            this.evict = evict;
        }

        /** Frees the place of a stranger that has ended, or is known now; further calls do nothing. */
        public void leave() {
            Set<Place> places = of.get(network);
            if (places != null && places.remove(this)) {
                count--;
                if (places.isEmpty()) {
                    of.remove(network);
                }
            }
        }
    }

    UnidentifiedPeers(int max) {
        this.max = max;
    }

    /** Returns a limit for strangers: a tenth of the connections. */
    public static UnidentifiedPeers among(int connectionsMax) {
        return new UnidentifiedPeers(Math.max(MIN, connectionsMax / PART));
    }

    /** Returns a limit with a total. */
    public static UnidentifiedPeers atMost(int max) {
        return new UnidentifiedPeers(max);
    }

    /**
     * Adds a stranger.
     *
     * @param evict closes the stranger's connection, where a newcomer gets its place
     * @return its place; null where there are too many
     */
    public Place enter(InetAddress address, Runnable evict) {
        InetAddress network = PeerNetwork.of(address);
        Collection<Place> own = of.getOrDefault(network, Set.of());
        if (own.size() >= OF_ADDRESS_MAX || count >= max && !makeRoom(own.size())) {
            return null;
        }
        Place place = new Place(network, evict);
        of.computeIfAbsent(network, n -> new LinkedHashSet<>()).add(place);
        count++;
        return place;
    }

    /** Evicts the oldest stranger of the network with most of them, unless that has no more than {@code own} and one. */
    private boolean makeRoom(int own) {
        Set<Place> most = of.values().stream().max(Comparator.comparingInt(Set::size)).orElse(Set.of());
        if (most.size() <= own + 1) {
            return false;
        }
        Place oldest = most.iterator().next();
        oldest.leave();
        oldest.evict.run();
        return true;
    }
}
