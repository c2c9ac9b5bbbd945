package io.posthorse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaShares;
import io.posthorse.testkit.SimulatedClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Peers of whom nobody knows yet who they are: what they may hold, how many there may be, and how long. */
class UnidentifiedPeersTest {
    private static final int FRAME = 16 << 20;

    private final UnpooledByteBufAllocator memory = new UnpooledByteBufAllocator(true);
    private final List<Connection> opened = new ArrayList<>();
    private final List<EmbeddedChannel> channels = new ArrayList<>();
    private final SimulatedClock clock = new SimulatedClock(0);
    private InboundLimits limits = limits(1_000, 64 << 20, 1 << 20);

    private static InboundLimits limits(int strangersMax, long bytesMax, long strangersBytesMax) {
        return new InboundLimits(
                new UnidentifiedPeers(strangersMax), 10_000, bytesMax, strangersBytesMax, QuotaShares.WHOLE, Clock.system());
    }

    /** Waits for one great frame that never comes whole. */
    private final class Hungry implements Session {
        @Override
        public int read(ByteBuf in) {
            return FRAME;
        }

        @Override
        public void closed() {}
    }

    private EmbeddedChannel connect(String from) {
        EmbeddedChannel channel = TestChannel.open(from, memory, limits, connection -> {
            opened.add(connection);
            return new Hungry();
        });
        channels.add(channel);
        return channel;
    }

    private void write(EmbeddedChannel channel, int bytes) {
        if (channel.isOpen()) {
            channel.writeInbound(memory.directBuffer(bytes).writeZero(bytes));
        }
    }

    private long reserved() {
        return memory.metric().usedDirectMemory();
    }

    @Test
    void memoryGrowsWithReceivedBytesNotWithTheAnnouncedLength() {
        EmbeddedChannel channel = connect("10.0.0.1");
        write(channel, 5);
        assertTrue(reserved() <= 4 << 10, () -> "reserved " + reserved() + " for 5 bytes");
        for (int sent = 5; sent < 200_000; sent += 5_000) {
            write(channel, 5_000);
            int there = sent + 5_000;
            assertTrue(reserved() <= 4L * there + (4 << 10), () -> "reserved " + reserved() + " for " + there);
        }
        channel.close();
        assertEquals(0, reserved());
    }

    @Test
    void strangersTogetherHaveABoundedPartOfTheMemory() {
        List<EmbeddedChannel> strangers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            EmbeddedChannel stranger = connect("10.0.0." + i);
            strangers.add(stranger);
            write(stranger, 100_000);
        }
        long open = strangers.stream().filter(EmbeddedChannel::isOpen).count();
        assertTrue(open >= 4 && open <= 10, open + " of 20 hold 100,000 bytes of a MiB for all");
        assertTrue(reserved() <= 1 << 20, () -> "reserved " + reserved());
        EmbeddedChannel user = connect("10.0.1.1");
        opened.getLast().admit();
        write(user, 4 << 20);
        assertTrue(user.isOpen());
        strangers.forEach(EmbeddedChannel::close);
        EmbeddedChannel again = connect("10.0.0.1");
        write(again, 100_000);
        assertTrue(again.isOpen(), "what the others held is given back");
    }

    @Test
    void atTheMemoryLimitOneRequestContinuesAndOthersWait() {
        limits = limits(1_000, 1_700_000, 1 << 20);
        List<EmbeddedChannel> users = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            EmbeddedChannel user = connect("10.0.0." + i);
            opened.getLast().admit();
            users.add(user);
            write(user, 600_000);
        }
        assertEquals(List.of(true, false, false), users.stream().map(user -> user.config().isAutoRead()).toList());
        write(users.get(0), 900_000);
        assertTrue(users.get(0).config().isAutoRead(), "one goes on whatever it takes");
        users.get(0).close();
        assertEquals(List.of(true, false), users.stream().skip(1).map(user -> user.config().isAutoRead()).toList());
        users.get(1).close();
        assertTrue(users.get(2).config().isAutoRead());
        assertTrue(users.get(2).isOpen(), "nobody who is known is sent away for it");
    }

    @Test
    void aPeerThatDoesNotIdentifyItselfIsDisconnected() {
        EmbeddedChannel stranger = connect("10.0.0.1");
        EmbeddedChannel user = connect("10.0.0.1");
        opened.getLast().admit();
        write(user, 1);
        for (EmbeddedChannel channel : List.of(stranger, user)) {
            // the machine's own time goes on, too
            channel.advanceTimeBy(UnidentifiedPeers.STRANGER_MS / 2, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
        assertTrue(stranger.isOpen());
        for (EmbeddedChannel channel : List.of(stranger, user)) {
            channel.advanceTimeBy(UnidentifiedPeers.STRANGER_MS / 2, TimeUnit.MILLISECONDS);
            channel.runScheduledPendingTasks();
        }
        assertFalse(stranger.isOpen());
        assertTrue(user.isOpen());
    }

    @Test
    void strangersAreBoundedPerAddressAndInTotal() {
        limits = limits(100, 64 << 20, 1 << 20);
        List<EmbeddedChannel> ofOne = new ArrayList<>();
        for (int i = 0; i <= UnidentifiedPeers.OF_ADDRESS_MAX; i++) {
            ofOne.add(connect("10.0.0.1"));
        }
        assertFalse(ofOne.removeLast().isOpen(), "one more than an address may have");
        assertTrue(ofOne.getLast().isOpen());
        List<EmbeddedChannel> others = new ArrayList<>();
        for (int i = 0; i < 100 - UnidentifiedPeers.OF_ADDRESS_MAX; i++) {
            others.add(connect("10.1.0." + i));
        }
        assertTrue(ofOne.getFirst().isOpen(), "all together may be that many");
        others.add(connect("10.2.0.1"));
        assertFalse(ofOne.getFirst().isOpen(), "a newcomer takes the oldest place of the address with most");
        assertTrue(others.stream().allMatch(EmbeddedChannel::isOpen));
        opened.get(1).admit();
        assertTrue(connect("10.0.0.1").isOpen(), "known peers take no place");
        ofOne.get(2).close();
        assertTrue(connect("10.0.0.1").isOpen(), "nor do closed ones");
        assertFalse(connect("10.0.0.1").isOpen());
    }

    @Test
    void strangersAreRefusedWhereEachAddressHasAsFew() {
        limits = limits(20, 64 << 20, 1 << 20);
        List<EmbeddedChannel> all = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            all.add(connect("10.1.0." + i));
        }
        assertFalse(connect("10.2.0.1").isOpen());
        assertTrue(all.stream().allMatch(EmbeddedChannel::isOpen));
    }

    /** A host may use all addresses of its IPv6 network. */
    @Test
    void addressesOfAnIpv6NetworkCountTogether() {
        for (int i = 0; i < UnidentifiedPeers.OF_ADDRESS_MAX; i++) {
            assertTrue(connect("fd00:1::" + Integer.toHexString(i + 1)).isOpen());
        }
        assertFalse(connect("fd00:1::ffff").isOpen());
        assertTrue(connect("fd00:1:0:1::1").isOpen(), "another network");
    }

    @Test
    void strangersOfNetworksWithoutEndLeaveNothingBehind() {
        for (int i = 0; i < 50; i++) {
            EmbeddedChannel stranger = connect("10.3.0." + i);
            write(stranger, 5);
            stranger.close();
        }
        assertEquals(0, limits.limited());
    }

    @Test
    void aUserWhoBeginsRequestsWithoutEndHoldsNoMoreThanItsShareAndANewcomerCanBegin() {
        limits = new InboundLimits(new UnidentifiedPeers(100), 1_000, 8_000_000, 1 << 20, new QuotaShares(50, 100),
                Clock.system());
        for (int i = 0; i < 200; i++) {
            user("greedy", 100_000);
        }
        assertTrue(reserved() <= 4_000_000 + 2 * 200_000, () -> "reserved " + reserved());
        EmbeddedChannel other = connect("10.0.0.1");
        write(other, 200_000);
        assertTrue(other.isOpen());
        assertTrue(opened.getLast().admit("other"));
        write(other, 200_000);
        assertTrue(other.isOpen() && other.config().isAutoRead());
    }

    @Test
    void aUserHoldsItsShareOfTheMemoryAndOthersContinue() {
        limits = new InboundLimits(new UnidentifiedPeers(100), 10, 4_400_000, 1 << 20, new QuotaShares(50, 100),
                Clock.system());
        List<EmbeddedChannel> greedy = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            EmbeddedChannel user = connect("10.0.0.1");
            assertTrue(opened.getLast().admit("greedy"));
            greedy.add(user);
            write(user, 300_000);
        }
        assertEquals(
                List.of(true, false, false, false, false), greedy.stream().map(u -> u.config().isAutoRead()).toList());
        EmbeddedChannel sixth = connect("10.0.0.1");
        assertFalse(opened.getLast().admit("greedy"), "five of ten connections are a user's share");
        sixth.close();
        EmbeddedChannel other = connect("10.0.0.1");
        assertTrue(opened.getLast().admit("other"));
        greedy.getFirst().close();
        write(other, 300_000);
        assertTrue(other.config().isAutoRead());
        greedy.forEach(EmbeddedChannel::close);
        other.close();
        assertEquals(0, reserved());
        EmbeddedChannel again = connect("10.0.0.1");
        assertTrue(opened.getLast().admit("greedy"));
        write(again, 600_000);
        assertTrue(again.config().isAutoRead(), "what was held is given back");
    }

    @Test
    void aRefusedConnectionReturnsNoPlaceOfOthers() {
        limits = new InboundLimits(new UnidentifiedPeers(100), 10, 1 << 20, 1 << 20, new QuotaShares(50, 100),
                Clock.system());
        for (int i = 0; i < 5; i++) {
            connect("10.0.0.1");
            assertTrue(opened.getLast().admit("greedy"));
        }
        connect("10.0.0.1");
        for (int i = 0; i < 10; i++) {
            assertFalse(opened.getLast().admit("greedy"));
        }
        for (int i = 0; i < 5; i++) {
            assertTrue(connect("10.0.0.2").isOpen());
        }
        assertFalse(connect("10.0.0.2").isOpen(), "all have ten");
    }

    @Test
    void anAddressHasItsShareOfTheConnections() {
        limits = new InboundLimits(new UnidentifiedPeers(100), 10, 1 << 20, 1 << 20, new QuotaShares(100, 50),
                Clock.system());
        List<EmbeddedChannel> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(connect("10.0.0.1"));
        }
        assertFalse(all.getLast().isOpen());
        assertTrue(connect("10.0.0.2").isOpen());
        all.getFirst().close();
        assertTrue(connect("10.0.0.1").isOpen());
    }

    @Test
    void aStalledRequestWhoseMemoryOthersNeedIsDisconnected() {
        limits = new InboundLimits(new UnidentifiedPeers(100), 10, 2_000_000, 1 << 20, new QuotaShares(100, 100), clock);
        EmbeddedChannel ann = user("ann", 600_000);
        EmbeddedChannel annAgain = user("ann", 600_000);
        EmbeddedChannel bob = user("bob", 600_000);
        assertEquals(List.of(true, false, false), reading(ann, annAgain, bob));
        pass(annAgain, 30);
        assertFalse(ann.isOpen(), "it has sent nothing for as long as one may rest");
        assertEquals(List.of(true, true), reading(annAgain, bob));
        pass(annAgain, 120);
        assertTrue(annAgain.isOpen() && bob.isOpen(), "nobody waits for what they hold");
    }

    @Test
    void aRequestAtTheMinimumRateIsWaitedFor() {
        limits = new InboundLimits(new UnidentifiedPeers(100), 10, 4_000_000, 1 << 20, new QuotaShares(100, 100), clock);
        EmbeddedChannel ann = user("ann", 1_500_000);
        EmbeddedChannel bob = user("bob", 600_000);
        for (int i = 0; i < 40; i++) {
            write(ann, 70_000);
            pass(bob, 1);
        }
        assertTrue(ann.isOpen());
        for (int i = 0; i < 120; i++) {
            write(ann, 30_000); // less and less than it should be, on the average
            pass(bob, 1);
        }
        assertFalse(ann.isOpen());
        assertEquals(List.of(true), reading(bob));
    }

    @Test
    void aRequestPausedByItsOwnUsersUntakenAnswersIsNotWaitedFor() {
        limits = new InboundLimits(new UnidentifiedPeers(100), 10, 4_000_000, 1 << 20, new QuotaShares(100, 100), clock);
        EmbeddedChannel answered = connect("10.0.0.1");
        Connection answers = opened.getLast();
        assertTrue(answers.admit("ann"));
        EmbeddedChannel ann = user("ann", 1_500_000);
        Connection begun = opened.getLast();
        EmbeddedChannel bob = user("bob", 600_000);
        assertEquals(List.of(false), reading(bob));
        for (int i = 0; i < 10; i++) { // he takes a little at times, so that he is not sent away for that
            answered.flush();
            answered.releaseOutbound();
            answers.isWritable();
            answers.send(answers.buffer(9_000_000).writeZero(9_000_000));
            assertFalse(begun.isWritable());
            pass(bob, 5);
        }
        assertFalse(ann.isOpen());
        assertEquals(List.of(true), reading(bob));
    }

    private EmbeddedChannel user(String name, int bytes) {
        EmbeddedChannel channel = connect("10.0.0.1");
        assertTrue(opened.getLast().admit(name));
        write(channel, bytes);
        return channel;
    }

    private static List<Boolean> reading(EmbeddedChannel... channels) {
        return Stream.of(channels).map(channel -> channel.config().isAutoRead()).toList();
    }

    /** Lets seconds pass; the first who had to wait has asked for looks. */
    private void pass(EmbeddedChannel asked, int seconds) {
        for (int i = 0; i < seconds; i++) {
            clock.advance(1_000);
            asked.advanceTimeBy(1, TimeUnit.SECONDS);
            asked.runScheduledPendingTasks();
            channels.forEach(EmbeddedChannel::runPendingTasks);
            channels.forEach(EmbeddedChannel::runScheduledPendingTasks);
        }
    }
}
