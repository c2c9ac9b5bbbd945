package io.posthorse.protocol.rocketmq;

import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.platform.QuotaHolder;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the client of one connection is a member of: the end of the connection costs what is in here, and no more. */
final class Membership {
    /** Producer groups of one client that are kept; a producer of one more sends as well as any other. */
    static final int PRODUCED_MAX = 1_024;

    final OnlineClients.Client client;
    /** Whose it is, and bytes of its last heartbeat, which are what is kept of it, about. */
    final QuotaHolder holder;
    long bytes;
    final Set<String> consumed = new LinkedHashSet<>();
    final Set<String> produced = new LinkedHashSet<>();

    Membership(OnlineClients.Client client, QuotaHolder holder) {
        this.client = client;
        this.holder = holder;
    }

    /** Whether this is the client of that id and version. */
    boolean isOf(String clientId, int version) {
        return client.id().equals(clientId) && client.version() == version;
    }
}
