package io.posthorse.server;

import io.posthorse.replication.LinkWire;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** One direction of the link: what was sent and has not arrived. */
final class RolesPipe implements LinkWire {
    /** Bytes under way above which the sender should wait. */
    private static final int WRITABLE_MAX = 100_000;

    final ArrayDeque<Byte> bytes = new ArrayDeque<>();
    boolean isClosed;

    void put(ByteBuffer some) {
        while (some.hasRemaining()) {
            bytes.add(some.get());
        }
    }

    ByteBuffer take(int most) {
        ByteBuffer out = ByteBuffer.allocate(Math.min(most, bytes.size()));
        while (out.hasRemaining()) {
            out.put(bytes.remove());
        }
        return out.flip();
    }

    /** Another link begins. */
    void clear() {
        bytes.clear();
        isClosed = false;
    }

    @Override
    public void send(ByteBuffer some) {
        put(some);
    }

    @Override
    public boolean isWritable() {
        return bytes.size() < WRITABLE_MAX;
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
