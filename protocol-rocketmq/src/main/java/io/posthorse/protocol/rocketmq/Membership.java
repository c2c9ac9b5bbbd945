package io.posthorse.protocol.rocketmq;

import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.platform.QuotaHolder;
import java.util.LinkedHashSet;
import java.util.Set;

/** The groups of one connection's client, all of which it leaves when the connection ends. */
final class Membership {
    /** Producer groups that are kept for one client; a producer of further groups can send all the same. */
    static final int PRODUCED_MAX = 1_024;

    final OnlineClients.Client client;
    /** The user and address that the heartbeat counts for. */
    final QuotaHolder holder;
    /** Bytes of the last heartbeat: about what is kept of it. */
    long bytes;
    final Set<String> consumed = new LinkedHashSet<>();
    final Set<String> produced = new LinkedHashSet<>();

    Membership(OnlineClients.Client client, QuotaHolder holder) {
        this.client = client;
        this.holder = holder;
    }

    /** Returns whether this is the client with that id and version. */
    boolean isOf(String clientId, int version) {
        return client.id().equals(clientId) && client.version() == version;
    }
}
