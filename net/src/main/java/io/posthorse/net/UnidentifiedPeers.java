package io.posthorse.net;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

/**
 * Peers of whom nobody knows yet who they are: so many at a time, and so many of an address, so that they keep places for
 * those who are known. Used on one thread.
 */
public final class UnidentifiedPeers {
    /** So long a peer may be a stranger, ms. */
    public static final long STRANGER_MS = 10_000;
    /** Strangers of one address at a time. */
    static final int OF_ADDRESS_MAX = 64;
    /** So many there may be however few connections there may be. */
    private static final int MIN = 64;
    private static final int PART = 10;

    private final int max;
    private final Map<InetAddress, Integer> of = new HashMap<>();
    private int count;

    UnidentifiedPeers(int max) {
        this.max = max;
    }

    /** Returns room for strangers, a tenth of the connections that there may be. */
    public static UnidentifiedPeers among(int connectionsMax) {
        return new UnidentifiedPeers(Math.max(MIN, connectionsMax / PART));
    }

    /** Notes that one comes; false where there are too many, and then it is not noted. */
    public boolean enter(InetAddress address) {
        int there = of.getOrDefault(address, 0);
        if (count >= max || there >= OF_ADDRESS_MAX) {
            return false;
        }
        of.put(address, there + 1);
        count++;
        return true;
    }

    /** Notes that one is gone, or is none any more. */
    public void leave(InetAddress address) {
        of.computeIfPresent(address, (a, there) -> there == 1 ? null : there - 1);
        count--;
    }
}
