package io.posthorse.server;

import io.posthorse.replication.LinkWire;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;

/** One direction of the link. */
final class RolesPipe implements LinkWire {
    final ArrayDeque<Byte> bytes = new ArrayDeque<>();

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

    @Override
    public void send(ByteBuffer some) {
        put(some);
    }

    @Override
    public boolean isWritable() {
        return true;
    }

    @Override
    public void close() {
        throw new AssertionError("a link was closed");
    }
}
