package io.posthorse.net;

import io.posthorse.platform.Entropy;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/** The tickets that a node has given to others of its cluster, so that they may pass connections on. Used by any thread. */
public final class ForwardingTickets {
    /** Tickets of one node that are valid: connections that were passed on with an older one may be under way. */
    private static final int OF_NODE_MAX = 8;
    private static final int NODES_MAX = 64;

    private final Entropy entropy;
    private final Map<String, Deque<ForwardingTicket>> given = new HashMap<>();

    public ForwardingTickets(Entropy entropy) {
        this.entropy = entropy;
    }

    /**
     * Gives a ticket to a node; of those that it has eight stay valid.
     *
     * @throws IllegalStateException where 64 nodes have one already
     */
    public synchronized ForwardingTicket give(String node) {
        if (!given.containsKey(node) && given.size() >= NODES_MAX) {
            throw new IllegalStateException(NODES_MAX + " nodes pass connections on already");
        }
        ByteBuffer secret = ByteBuffer.allocate(32);
        while (secret.hasRemaining()) {
            secret.putLong(entropy.nextLong());
        }
        ForwardingTicket ticket = new ForwardingTicket(entropy.nextLong(), secret.array());
        Deque<ForwardingTicket> own = given.computeIfAbsent(node, n -> new ArrayDeque<>());
        own.addLast(ticket);
        if (own.size() > OF_NODE_MAX) {
            own.removeFirst();
        }
        return ticket;
    }

    /** Makes the tickets of a node invalid, which was removed. */
    public synchronized void revoke(String node) {
        given.remove(node);
    }

    /** Makes all tickets invalid: this node leads no longer. */
    public synchronized void revoke() {
        given.clear();
    }

    /** Returns whether a seal is genuine, for this port and these addresses, and was not used before. */
    synchronized boolean admits(byte[] seal, String purpose, InetSocketAddress from, InetSocketAddress to) {
        long id = ForwardingTicket.idOf(seal);
        for (Deque<ForwardingTicket> own : given.values()) {
            for (ForwardingTicket ticket : own) {
                if (ticket.id() == id) {
                    return ticket.admits(seal, purpose, from, to);
                }
            }
        }
        return false;
    }
}
