package io.posthorse.server;

import io.posthorse.broker.GroupReplica;
import io.posthorse.log.Export;
import io.posthorse.log.PeerBytes;
import io.posthorse.replication.CatchUpService;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** The present copy of a cluster's node, as other nodes read it: its owner's thread lends it, theirs read. */
final class LentCopy implements CatchUpService.Source {
    private final Supplier<Present> present;

    /**
     * What a node has at present.
     *
     * @param copy null while it is opened anew
     */
    record Present(BrokerNode node, GroupReplica copy) {}

    LentCopy(Supplier<Present> present) {
        this.present = present;
    }

    private Present there() throws IOException {
        Present now = present.get();
        if (now.copy() == null) {
            throw new IOException("this node is opening its copy anew. Ask again");
        }
        return now;
    }

    @Override
    public Export open(long index) throws IOException {
        Present now = there();
        return now.node().network().onOwner(() -> now.copy().export(index));
    }

    @Override
    public void close(Export export) {
        present.get().node().network().owner().execute(export::close);
    }

    @Override
    public ByteBuffer bytes(long position, int length) throws IOException {
        Present now = there();
        GroupReplica.Lent lent = now.node().network().onOwner(now.copy()::lend);
        try {
            return PeerBytes.read(lent.view(), position, length);
        } finally {
            now.node().network().owner().execute(() -> now.copy().end(lent));
        }
    }
}
