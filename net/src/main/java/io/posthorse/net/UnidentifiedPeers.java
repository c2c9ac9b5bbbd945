package io.posthorse.net;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * The limit of strangers: a number in all, and a number of one address, so that they leave places for known peers. Used on
 * one thread.
 */
public final class UnidentifiedPeers {
    /** Ms that a peer may be a stranger. */
    public static final long STRANGER_MS = 10_000;
    /** Maximum strangers of one address. */
    static final int OF_ADDRESS_MAX = 64;
    /** Minimum of the limit, whatever the number of connections. */
    private static final int MIN = 64;
    private static final int PART = 10;

    private final int max;
    private final Map<InetAddress, Integer> of = new HashMap<>();
    private int count;

    UnidentifiedPeers(int max) {
        this.max = max;
    }

    /** Returns a limit for strangers: a tenth of the connections. */
    public static UnidentifiedPeers among(int connectionsMax) {
        return new UnidentifiedPeers(Math.max(MIN, connectionsMax / PART));
    }

    /** Adds a stranger; returns false, and adds none, where there are too many. */
    public boolean enter(InetAddress address) {
        int there = of.getOrDefault(address, 0);
        if (count >= max || there >= OF_ADDRESS_MAX) {
            return false;
        }
        of.put(address, there + 1);
        count++;
        return true;
    }

    /** Removes a stranger that has ended, or is known now. */
    public void leave(InetAddress address) {
        of.computeIfPresent(address, (a, there) -> there == 1 ? null : there - 1);
        count--;
    }
}
