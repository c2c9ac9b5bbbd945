package io.posthorse.broker;

import io.posthorse.log.Commitment;
import io.posthorse.log.LogSettings;
import io.posthorse.log.RecordFormat;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedClock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** A group of three nodes in a world without chance, of which one leads. */
final class ThreeNodes {
    static final int SEGMENT = 1 << 16;

    final List<String> faults = new ArrayList<>();
    final TestFormat format = new TestFormat();
    private final SimulatedClock clock = new SimulatedClock(1_700_000_000_000L);
    private final SimulatedGroup group = new SimulatedGroup(new SeededEntropy(1));
    private final List<GroupNode> nodes = new ArrayList<>();
    /** The node that leads. */
    GroupNode leader;
    private long sent;

    ThreeNodes(Retention retention, long hotBytes) throws IOException {
        this(retention, hotBytes, false);
    }

    /** @param repairs whether nodes repair what rots, when {@link #repair} is called */
    ThreeNodes(Retention retention, long hotBytes, boolean repairs) throws IOException {
        LogSettings log = new LogSettings(SEGMENT, 1 << 14, 1 << 14, Commitment.AGREED);
        BrokerSettings settings = new BrokerSettings(
                100, 100, 16, new InternalTopics("schedule", "timed", "prepared", "suspended"),
                List.of(50L, 1_000L, 100_000L), new PostponedLimits(1_000, 500, 700, 3), 1L << 40, 200, hotBytes, retention);
        for (int i = 0; i < 3; i++) {
            nodes.add(new GroupNode(i, new SeededEntropy(i), clock, log, settings, List.of(format), group,
                    tables -> { }));
            nodes.get(i).others = repairs ? new OtherCopies(nodes.get(i), nodes) : null;
            nodes.get(i).start();
        }
        lead(0);
    }

    GroupNode node(int number) {
        return nodes.get(number);
    }

    Broker broker() {
        return leader.shard.turn();
    }

    /** The leader ends, and another node leads. */
    void lead(int number) throws IOException {
        if (leader != null) {
            rest();
            group.fall();
            leader.down(false);
        }
        group.elect(number);
        leader = nodes.get(number);
        deliver();
        leader.lead();
        while (leader.replica.leading() == null) {
            group.agree();
            deliver();
        }
        leader.serve();
        leader.broker.faults().onFault((what, cause) -> faults.add(what + ": " + cause.getMessage()));
        leader.shard.start();
        rest();
    }

    /** A follower starts again from a checkpoint: it has mapped no segment below that. */
    GroupNode restart(int number) throws IOException {
        GroupNode node = nodes.get(number);
        node.replica.store().checkpoint();
        node.quiet();
        node.down(false);
        node.start();
        deliver();
        return node;
    }

    private void deliver() throws IOException {
        for (GroupNode node : nodes) {
            while (!node.isDown && node.isBehind()) {
                node.deliver();
            }
            node.quiet();
        }
    }

    /** Lets everything that is under way come to its end. */
    void rest() throws IOException {
        do {
            while (group.hasUnderWay()) {
                group.agree();
            }
            deliver();
        } while (group.hasUnderWay() || !leader.owner.isEmpty());
    }

    /** Lets repairs that were asked for come to their end. */
    void repair() throws IOException {
        for (GroupNode node : nodes) {
            node.scrubbing.drain();
        }
        rest();
    }

    void pass(long ms) throws IOException {
        for (long left = ms; left > 0; left -= 100) {
            leader.timers.advance(Math.min(left, 100));
            rest();
        }
    }

    Topic topic(String name) throws IOException {
        Topic topic = broker().createOrUpdate(name, TopicSettings.of(1));
        rest();
        return topic;
    }

    Partition queue(String topic) {
        return leader.broker.topic(topic).partition(0);
    }

    TestFormat.Sent message(Partition to) {
        return new TestFormat.Sent(sent++, to.id(), 400);
    }

    /** Publishes a message, and returns its position. */
    long publish(String topic) throws IOException {
        broker().admit(TestFormat.HEADER + 400, 1);
        long position = broker().publish(queue(topic), message(queue(topic)), false);
        rest();
        return position;
    }

    /** Ids of the messages in a queue that can be read. */
    Set<Long> ids(String topic) {
        Set<Long> ids = new TreeSet<>();
        Partition queue = queue(topic);
        for (long at = 0; at < leader.broker.end(queue); at++) {
            long position = leader.broker.positionOf(queue, at);
            if (position >= 0 && leader.broker.nativeAt(position) != null) {
                ids.add(TestFormat.messageId(leader.broker.nativeAt(position)));
            }
        }
        return ids;
    }

    /** The record at a position rots on the leader's disk. */
    void rot(long position) {
        rot(leader, position);
    }

    /** The message at a position rots on the disk of a node. */
    void rot(GroupNode node, long position) {
        long base = node.replica.store().log().segmentOf(position);
        long byteAt = position - base + RecordFormat.NATIVE + TestFormat.HEADER + 5;
        node.files.flipBit("%020d.log".formatted(base), byteAt * 8);
    }
}
