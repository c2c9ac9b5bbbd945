package io.posthorse.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.posthorse.platform.Clock;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A connection without a network: of a peer at an address, with a session behind it. */
final class TestChannel extends EmbeddedChannel {
    private final String from;

    private TestChannel(String from) {
        this.from = from;
    }

    /**
     * Opens a connection.
     *
     * @param limits null where this side has dialled
     */
    static EmbeddedChannel open(String from, ByteBufAllocator memory, InboundLimits limits, SessionFactory sessions) {
        TestChannel channel = new TestChannel(from);
        channel.config().setAllocator(memory);
        channel.pipeline().addLast(new SessionHandler(sessions, limits, new LogLimiter(new StoppedClock()), () -> { }));
        channel.pipeline().fireChannelActive();
        return channel;
    }

    @Override
    protected SocketAddress localAddress0() {
        return isActive() ? new InetSocketAddress("127.0.0.1", 1) : null;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return isActive() ? new InetSocketAddress(from, 2) : null;
    }

    private record StoppedClock() implements Clock {
        @Override
        public long wallMs() {
            return 0;
        }

        @Override
        public long nanos() {
            return 0;
        }
    }
}
