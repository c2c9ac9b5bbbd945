package io.posthorse.server;

import io.netty.buffer.ByteBuf;
import io.posthorse.net.Connection;
import io.posthorse.net.Session;
import io.posthorse.replication.LinkWire;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/** The connection between a master and a slave, at either end. */
final class LinkSession implements Session, LinkWire {
    private final Connection connection;
    private final Executor loop;
    private final Peer peer;

    /** What the bytes are for. Calls come on the connection's thread. */
    interface Peer {
        /** Takes all bytes. */
        void received(ByteBuffer bytes);

        /** Notes that the other side takes what it is sent again. */
        void writable();

        /** Notes that the connection has ended. */
        void closed();
    }

    /** Makes the end of a link on a connection. */
    interface Maker {
        Peer make(LinkWire wire);
    }

    /** @param loop the thread of the connection; others may send, too */
    LinkSession(Connection connection, Executor loop, Maker maker) {
        this.connection = connection;
        this.loop = loop;
        this.peer = maker.make(this);
    }

    @Override
    public int read(ByteBuf in) {
        byte[] bytes = new byte[in.readableBytes()];
        in.readBytes(bytes);
        peer.received(ByteBuffer.wrap(bytes));
        return 0;
    }

    @Override
    public void writable() {
        peer.writable();
    }

    @Override
    public void closed() {
        peer.closed();
    }

    @Override
    public void send(ByteBuffer bytes) {
        loop.execute(() -> {
            if (connection.isOpen()) {
                connection.send(connection.buffer(bytes.remaining()).writeBytes(bytes));
                connection.flush();
            }
        });
    }

    @Override
    public boolean isWritable() {
        return connection.isWritable();
    }

    @Override
    public byte[] binding() {
        return connection.certificateDigest();
    }

    @Override
    public void close() {
        loop.execute(connection::close); // behind what was sent
    }
}
