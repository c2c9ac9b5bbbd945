package io.posthorse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaShares;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Frames that come in pieces: whole and in order at the session, whatever it says of the room they need. */
class SessionHandlerTest {
    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final List<Integer> seen = new ArrayList<>();
    private boolean closed;
    private long nanos = 1;

    /** What a session answers when a frame is not whole. */
    private enum Hint {
        EXACT {
            @Override
            int of(int frame, int there) {
                return frame;
            }
        },
        AS_IT_COMES {
            @Override
            int of(int frame, int there) {
                return Math.min(frame, Math.max(64, there * 2));
            }
        },
        NONE {
            @Override
            int of(int frame, int there) {
                return 0;
            }
        },
        TOO_LITTLE {
            @Override
            int of(int frame, int there) {
                return 5;
            }
        };

        abstract int of(int frame, int there);
    }

    /** A frame is its length, a number, and so many bytes that are all the number's lowest. */
    private final class Frames implements Session {
        private final Hint hint;

        Frames(Hint hint) {
            this.hint = hint;
        }

        @Override
        public int read(ByteBuf in) {
            while (in.readableBytes() >= 4) {
                int length = in.getInt(in.readerIndex());
                if (length < 0) {
                    throw new IllegalStateException("no length");
                }
                if (in.readableBytes() < 4 + length) {
                    return hint.of(4 + length, in.readableBytes());
                }
                in.skipBytes(4);
                int number = in.readInt();
                for (int i = 4; i < length; i++) {
                    assertEquals((byte) number, in.readByte(), () -> "frame " + number);
                }
                seen.add(number);
            }
            return 0;
        }

        @Override
        public void closed() {
            closed = true;
        }
    }

    private EmbeddedChannel channel(Hint hint) {
        return TestChannel.open("127.0.0.1", memory, null, connection -> new Frames(hint));
    }

    private ByteBuf frames(Random random, int count) {
        ByteBuf all = memory.directBuffer();
        for (int number = 0; number < count; number++) {
            int length = 4 + random.nextInt(random.nextInt(10) == 0 ? 20_000 : 40);
            all.writeInt(length).writeInt(number);
            for (int i = 4; i < length; i++) {
                all.writeByte(number);
            }
        }
        return all;
    }

    @ParameterizedTest
    @EnumSource
    void framesThatComeInPiecesArriveWholeAndInOrder(Hint hint) {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            seen.clear();
            EmbeddedChannel channel = channel(hint);
            ByteBuf all = frames(random, 100);
            while (all.isReadable()) {
                int piece = 1 + random.nextInt(random.nextBoolean() ? 7 : 9_000);
                channel.writeInbound(all.readBytes(Math.min(piece, all.readableBytes())));
            }
            all.release();
            List<Integer> sent = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                sent.add(i);
            }
            assertEquals(sent, seen, "seed " + seed);
            channel.finishAndReleaseAll();
            assertTrue(closed);
            assertEquals(0, memory.metric().usedDirectMemory(), "bytes that nobody gave back, seed " + seed);
        }
    }

    @Test
    void keptBytesAreReleasedWithTheConnection() {
        EmbeddedChannel channel = channel(Hint.EXACT);
        channel.writeInbound(memory.directBuffer().writeInt(1_000).writeZero(500));
        assertTrue(memory.metric().usedDirectMemory() > 0);

        channel.close();

        assertEquals(0, memory.metric().usedDirectMemory());
    }

    @Test
    void aFailingSessionEndsItsConnectionAndReleasesItsBytes() {
        EmbeddedChannel channel = channel(Hint.EXACT);
        channel.writeInbound(memory.directBuffer().writeByte(-1));
        assertTrue(channel.isOpen());

        channel.writeInbound(memory.directBuffer().writeZero(300));

        assertFalse(channel.isOpen());
        assertEquals(0, memory.metric().usedDirectMemory());
    }

    /** Answers each byte with much, and notes how much was under way at most. */
    private final class Loud implements Session {
        private final Connection connection;
        private int taken;
        private int mostAtOnce;

        Loud(Connection connection) {
            this.connection = connection;
        }

        @Override
        public int read(ByteBuf in) {
            int before = taken;
            while (connection.takesMore() && in.isReadable()) {
                in.skipBytes(1);
                connection.send(memory.directBuffer().writeZero(1_000));
                taken++;
            }
            mostAtOnce = Math.max(mostAtOnce, taken - before);
            return 0;
        }

        @Override
        public void closed() {
            closed = true;
        }
    }

    @Test
    void aPeerThatTakesNoAnswersIsNotReadBetweenFramesOfOneRead() {
        Loud[] session = new Loud[1];
        EmbeddedChannel channel = TestChannel.open(
                "127.0.0.1", memory, null, connection -> session[0] = new Loud(connection));
        channel.config().setWriteBufferWaterMark(new WriteBufferWaterMark(4_000, 8_000));
        boolean[] stuck = {true};
        channel.pipeline().addFirst(new ChannelOutboundHandlerAdapter() {
            @Override
            public void flush(ChannelHandlerContext context) {
                if (!stuck[0]) {
                    context.flush();
                }
            }
        });

        channel.writeInbound(memory.directBuffer().writeZero(1_000));
        channel.writeInbound(memory.directBuffer().writeZero(1_000));
        assertEquals(8, session[0].taken, "answers beyond what the peer takes");
        assertFalse(channel.config().isAutoRead());

        stuck[0] = false;
        channel.flush();

        assertEquals(2_000, session[0].taken, "what was left is taken when the peer takes answers again");
        assertTrue(session[0].mostAtOnce <= 8, session[0].mostAtOnce + " at once");
        channel.finishAndReleaseAll();
        assertEquals(0, memory.metric().usedDirectMemory());
    }

    /** Takes a byte in so many nanoseconds of a clock that goes on by that. */
    private final class Slow implements Session {
        private final Connection connection;
        private int taken;

        Slow(Connection connection) {
            this.connection = connection;
        }

        @Override
        public int read(ByteBuf in) {
            while (in.isReadable() && connection.takesMore()) {
                if (in.readByte() < 0) {
                    throw new IllegalStateException("a broken frame");
                }
                nanos += 50_000;
                taken++;
            }
            return 0;
        }

        @Override
        public void closed() {
            closed = true;
        }
    }

    private InboundLimits limits() {
        Clock clock = new Clock() {
            @Override
            public long wallMs() {
                return 0;
            }

            @Override
            public long nanos() {
                return nanos;
            }
        };
        return new InboundLimits(new UnidentifiedPeers(100), 100, 1 << 20, 1 << 20, QuotaShares.WHOLE, clock);
    }

    private static void runAll(EmbeddedChannel channel) {
        for (int i = 0; i < 1_000; i++) {
            channel.advanceTimeBy(1, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
    }

    @Test
    void receivedBytesAreProcessedAfterThePeerEndsItsOutput() {
        Slow[] session = new Slow[1];
        EmbeddedChannel channel = TestChannel.open("10.0.0.1", memory, limits(), connection -> {
            connection.admit();
            return session[0] = new Slow(connection);
        });
        channel.writeInbound(memory.directBuffer().writeZero(300));
        assertTrue(session[0].taken < 300, session[0].taken + " in the first turns");

        channel.pipeline().fireUserEventTriggered(ChannelInputShutdownEvent.INSTANCE);
        assertTrue(channel.isOpen(), "there is work left");
        runAll(channel);

        assertEquals(300, session[0].taken);
        assertFalse(channel.isOpen());
        assertEquals(0, memory.metric().usedDirectMemory());
    }

    @Test
    void aBrokenFrameInALaterTurnEndsItsConnectionOnly() {
        InboundLimits limits = limits();
        List<Slow> sessions = new ArrayList<>();
        List<EmbeddedChannel> channels = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            channels.add(TestChannel.open("10.0.0.1", memory, limits, connection -> {
                connection.admit();
                sessions.add(new Slow(connection));
                return sessions.getLast();
            }));
        }
        channels.get(0).writeInbound(memory.directBuffer().writeZero(100).writeByte(-1).writeZero(100));
        channels.get(1).writeInbound(memory.directBuffer().writeZero(200));
        channels.get(2).writeInbound(memory.directBuffer().writeZero(200));

        for (int i = 0; i < 50; i++) {
            channels.forEach(SessionHandlerTest::runAll);
        }

        assertFalse(channels.get(0).isOpen());
        assertEquals(List.of(200, 200), List.of(sessions.get(1).taken, sessions.get(2).taken));
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
        assertEquals(0, memory.metric().usedDirectMemory());
    }

    @Test
    void aStrangersRemainingBytesAreProcessedOnceItNeedsNoTurns() {
        int[] taken = new int[1];
        EmbeddedChannel channel = TestChannel.open("127.0.0.1", memory, limits(), connection -> new Session() {
            @Override
            public int read(ByteBuf in) {
                while (in.isReadable() && connection.takesMore()) {
                    in.skipBytes(1);
                    nanos += 100_000;
                    if (++taken[0] == 2) {
                        connection.admit();
                    }
                }
                return 0;
            }

            @Override
            public void closed() {
                closed = true;
            }
        });
        channel.writeInbound(memory.directBuffer().writeZero(300));
        runAll(channel);

        assertEquals(300, taken[0]);
        channel.finishAndReleaseAll();
        assertEquals(0, memory.metric().usedDirectMemory());
    }

    @Test
    void untakenAnswersOfAllConnectionsOfAUserCountTogether() {
        InboundLimits limits = new InboundLimits(
                new UnidentifiedPeers(100), 100, 1 << 20, 1 << 20, new QuotaShares(50, 100), Clock.system());
        List<Connection> connections = new ArrayList<>();
        List<EmbeddedChannel> channels = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            channels.add(TestChannel.open("10.0.0.1", memory, limits, connection -> {
                assertTrue(connection.admit(connections.size() < 9 ? "ann" : "bob"));
                connections.add(connection);
                return new Frames(Hint.NONE);
            }));
        }
        int served = 0;
        for (Connection one : connections.subList(0, 9)) {
            if (one.isWritable()) {
                one.send(one.buffer(200_000).writeZero(200_000)); // which the peer does not take
                served++;
            }
        }
        assertEquals(3, served, "half of a MiB");
        assertTrue(connections.get(9).isWritable());
        channels.forEach(EmbeddedChannel::finishAndReleaseAll);
        assertEquals(0, memory.metric().usedDirectMemory());
    }
}
