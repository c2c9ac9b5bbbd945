package io.posthorse.replication;

import java.io.IOException;

/** Who has dialled the port for slaves is no slave of this program. */
public final class ForeignPeerException extends IOException {
    private static final long serialVersionUID = 1;
    /** Offsets of RocketMQ's slaves are below this one: 256 TiB. */
    private static final long OFFSET_MAX = 1L << 48;

    ForeignPeerException(long first) {
        super(first >= 0 && first < OFFSET_MAX
                ? "it looks like the slave of a RocketMQ broker, which reports the offset " + first + ". Its files have"
                        + " another format, so it cannot follow this master: start Posthorse with the slave's file instead,"
                        + " with an empty storePathRootDir"
                : "it does not speak the protocol of this program's slaves. Clients connect to listenPort or to a name"
                        + " server; haListenPort is for slaves alone");
    }
}
