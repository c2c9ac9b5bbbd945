package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import io.posthorse.log.Commitment;
import io.posthorse.log.LogCorruptException;
import io.posthorse.log.LogSettings;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One simulated life of a group: three to five nodes, their machines, the clients of whoever leads, and their misfortunes,
 * all drawn from one seed. The {@link Model} judges the leader as it judges a broker of its own; beside that the copies are
 * compared.
 */
final class GroupWorld {
    private final Planted planted;
    private final SeededEntropy entropy;
    private final GroupTime time;
    private final SegmentAges ages;
    private final GroupRecords records = new GroupRecords();
    private final Failures failures;
    private final Model model;
    private final Clients clients;
    private final SimulatedGroup group;
    private final TableClients tables;
    /** Decides when tables are changed: what else happens in a seed's life stays. */
    private final SeededEntropy ofTables;
    private final List<GroupNode> nodes = new ArrayList<>();
    /** Decides by itself what rots, too. */
    private final GroupRot rot;
    /** Decides by itself, too, whose disk is full. */
    private final GroupDisks disks;
    private final List<Model.Event> unanswered = new ArrayList<>();
    /** The node whose broker clients talk to, or talked to last; null before the first. */
    private GroupNode served;
    /** The same, before its end: what it had agreed on by then. */
    private long committed;
    private boolean serving;
    private long trace = 0xcbf29ce484222325L;

    /** A fault that is planted, to see that it is caught. */
    enum Planted {
        NONE,
        /** A node that could not write what was agreed on does not halt. */
        GOES_ON_AFTER_A_FAILED_WRITE,
        /** A leader measures the time that passes by its wall clock. */
        COUNTS_BY_ITS_WALL_CLOCK
    }

    GroupWorld(long seed) {
        this(seed, Planted.NONE);
    }

    GroupWorld(long seed, Planted planted) {
        this.planted = planted;
        entropy = new SeededEntropy(seed);
        SeededEntropy ofDisks = new SeededEntropy(seed + 3_000);
        int reserve = ofDisks.percent(50) ? 1 << 15 : 1 << 12;
        LogSettings log = new LogSettings(1 << 15, 1 << 13, reserve, Commitment.AGREED);
        int count = entropy.percent(70) ? 3 : 5;
        time = new GroupTime(new SeededEntropy(seed + 4_000), count);
        long ageMs = entropy.percent(30) ? (2_000L + entropy.below(20_000)) * time.pace() : 0;
        ages = new SegmentAges(time, ageMs);
        Retention retention = ageMs > 0 ? new Retention(ageMs, 0, 1, ms -> true)
                : new Retention(1L << 50, 40_000, 1, ms -> true);
        failures = new Failures(entropy);
        model = new Model(time, failures);
        clients = new Clients(entropy, model, time, failures);
        group = new SimulatedGroup(entropy);
        ofTables = new SeededEntropy(seed + 1_000);
        tables = new TableClients(ofTables);
        boolean isNarrow = entropy.percent(30);
        for (int i = 0; i < count; i++) {
            nodes.add(new GroupNode(
                    i, new SeededEntropy(seed + 1 + i), time.clock(i), log,
                    World.settings(retention, isNarrow, 8_000 << entropy.below(4)),
                    List.of(failures.format(model::name)), group, tables::follow));
            nodes.get(i).others = new OtherCopies(nodes.get(i), nodes);
        }
        rot = new GroupRot(new SeededEntropy(seed + 2_000), nodes);
        disks = new GroupDisks(ofDisks, nodes);
    }

    GroupDisks disks() {
        return disks;
    }

    /** A hash of everything that happened. */
    long trace() {
        return trace;
    }

    private void note(long what) {
        trace = (trace ^ what) * 0x100000001b3L;
    }

    void run(int steps) throws IOException {
        for (GroupNode node : nodes) {
            node.start();
        }
        for (int i = 0; i < steps; i++) {
            step();
            rest();
            rot.step();
            time.step();
            disks.step(leader());
            if (i % 50 == 0) {
                requireEqualLogs();
            }
        }
        settle();
    }

    // ---- steps

    private void step() throws IOException {
        int choice = entropy.below(100);
        note(choice);
        GroupNode leader = leader();
        if (leader == null && choice < 50) {
            elect();
        } else if (choice < 40) {
            if (serving) {
                clients.act(leader.shard, this::answerLater, disks.isFull(leader));
                if (ofTables.percent(10)) {
                    tables.act(leader.shard, disks.isFull(leader));
                }
            }
        } else if (choice < 55) {
            any().runOwner(entropy.percent(50) ? 1_000 : 1 + entropy.below(3));
        } else if (choice < 65) {
            group.agree();
        } else if (choice < 82) {
            deliver(any(), 1 + entropy.below(4));
        } else if (choice < 87) {
            any().background.runJob();
        } else if (choice < 92) {
            any().background.deliver();
        } else if (choice < 97) {
            pass(1 + entropy.below(entropy.percent(10) ? 3_000 : 100));
        } else {
            misfortune();
        }
        begin();
    }

    private GroupNode any() {
        return nodes.get(entropy.below(nodes.size()));
    }

    private GroupNode leader() {
        return group.leader() < 0 ? null : nodes.get(group.leader());
    }

    private void deliver(GroupNode node, int entries) throws IOException {
        for (int left = entries; left > 0 && !node.isDown; left--) {
            node.deliver();
            if (node.replica.failure() != null && planted != Planted.GOES_ON_AFTER_A_FAILED_WRITE) {
                require(disks.isFull(node), "a healthy disk is enough");
                require(!node.isLeading(), "what a leader decides has its room: " + node.replica.failure());
                disks.halts++;
                fall(node, false); // it halts
            }
        }
    }

    private void pass(long ms) {
        GroupNode leader = leader();
        if (!serving) {
            time.advance(ms);
            return;
        }
        long before = time.now();
        leader.timers.advance(time.step(ms));
        time.follow();
        time.turn(leader.shard.turnNumber(), before, leader.broker.now());
    }

    private void elect() {
        List<GroupNode> up = nodes.stream().filter(node -> !node.isDown).toList();
        if (up.size() > nodes.size() / 2) {
            group.elect(up.get(entropy.below(up.size())).number);
        }
    }

    /** The elected node leads as soon as it has everything, and is served once its first records are agreed on. */
    private void begin() throws IOException {
        GroupNode leader = leader();
        if (leader == null) {
            return;
        }
        if (!leader.isLeading() && !leader.isBehind() && !lead(leader)) {
            return;
        }
        if (!serving && leader.replica.leading() != null) {
            serving = true;
            if (rot.isOn(leader)) {
                disks.makeRoom(); // all nodes come back
            }
            rot.serves(leader);
            leader.serve(planted == Planted.COUNTS_BY_ITS_WALL_CLOCK);
            opened(leader);
        }
    }

    /** A node whose disk has no room for the begin of its term leaves it to others. */
    private boolean lead(GroupNode node) throws IOException {
        try {
            node.lead();
            return true;
        } catch (IOException e) {
            require(disks.isFull(node), "a healthy disk is enough: " + e.getMessage());
            disks.starts++;
            group.fall();
            reopen(node);
            return false;
        }
    }

    private void misfortune() throws IOException {
        int choice = entropy.below(10);
        note(choice);
        if (choice < 4) {
            deposed();
        } else if (choice < 8) {
            fall(any(), entropy.percent(50));
        } else {
            for (GroupNode node : nodes) {
                if (node.isDown) {
                    start(node);
                }
            }
        }
    }

    /** Another node may lead; this one goes on as a follower. */
    private void deposed() throws IOException {
        GroupNode leader = leader();
        if (leader != null) {
            ended(leader);
            group.fall();
            if (leader.isLeading()) {
                reopen(leader);
            }
        }
    }

    /** A node opens its copy anew; where what it needs has rotted, and nobody has it, its process ends. */
    private void reopen(GroupNode node) throws IOException {
        boolean rots = rot.mayPreventOpening(node);
        try {
            node.fell();
        } catch (LogCorruptException e) {
            require(rots, "a healthy copy can be opened: " + e.getMessage());
            node.down(false);
        } catch (IOException e) {
            noRoom(node, e);
        }
    }

    private void start(GroupNode node) throws IOException {
        try {
            node.start();
        } catch (IOException e) {
            noRoom(node, e);
        }
    }

    /** A node that cannot open its copy on a full disk halts. */
    private void noRoom(GroupNode node, IOException e) {
        require(disks.isFull(node) && String.valueOf(e.getMessage()).contains("No space left"), "a directory opens: " + e);
        disks.starts++;
        node.down(false);
    }

    private void fall(GroupNode node, boolean machine) throws IOException {
        if (node.isDown) {
            start(node);
            return;
        }
        if (node == leader()) {
            ended(node);
            group.fall();
        }
        note(machine ? 2 : 1);
        node.down(machine);
    }

    private void ended(GroupNode leader) {
        if (serving) {
            committed = leader.broker.log().committed();
            model.expire(leader.broker);
            time.advance(ofTables.below(1_000));
        }
        serving = false;
        unanswered.clear();
        clients.disconnected();
    }

    private void opened(GroupNode leader) {
        Predicate<Model.Event> survives = event -> event.isAcknowledged() || event.end() <= committed;
        Broker broker = leader.broker;
        clients.reopened(broker, survives);
        model.reopened(broker, broker.topics(), survives);
        tables.reopened(leader.replica.tables(), survives);
        time.leads(leader.number, broker.lastRecordMs());
        broker.faults().onFault(failures::told);
        broker.transactions().onUndecided(clients::asked);
        leader.shard.start();
        time.turn(leader.shard.turnNumber(), time.now(), broker.now());
        ages.opened(broker);
        served = leader;
    }

    private void answerLater(Model.Event event) {
        GroupNode leader = leader();
        unanswered.add(event);
        leader.shard.park(new PendingReplies() {
            @Override
            public boolean committed(long position) {
                if (position < event.end()) {
                    return true;
                }
                require(event.end() <= leader.broker.log().committed(), "what is acknowledged is committed");
                note(event.end());
                event.acknowledge();
                unanswered.remove(event);
                return false;
            }

            @Override
            public void failed(IOException cause) {
                throw new UncheckedIOException("a healthy disk is enough", cause);
            }
        });
    }

    // ---- what holds

    private void rest() {
        for (GroupNode node : nodes) {
            if (!node.isDown) {
                note(node.replica.point().position());
                note(node.files.trace());
            }
        }
        if (serving) {
            GroupNode leader = leader();
            require(leader.replica.failure() == null, "what a leader decides has its room");
            model.scan(leader.broker, leader.broker.topics());
            time.seen();
            ages.look(leader.broker);
            if (leader.owner.isEmpty()) {
                clients.settlers().requireKept(leader.broker);
            }
        }
    }

    /** No two copies differ below the smaller of their ends, and no file holds what is not agreed on. */
    private void requireEqualLogs() {
        GroupNode most = nodes.stream().filter(node -> !node.isDown)
                .max((a, b) -> Long.compare(a.replica.point().position(), b.replica.point().position())).orElse(null);
        if (most == null) {
            return;
        }
        records.look(most);
        for (GroupNode node : nodes) {
            if (!node.isDown) {
                rot.repair(node);
            }
            if (!node.isDown && !rot.isOn(node) && !rot.isOn(most)) {
                requireEqualLogs(node, most);
                requireNothingBehind(node);
            }
        }
    }

    private static void requireEqualLogs(GroupNode node, GroupNode most) {
        long end = node.replica.point().position();
        for (long base : node.replica.store().log().segmentBases()) {
            ByteBuffer other = most.replica.store().log().bytes(base);
            if (other == null || base >= end || node.replica.store().isDropped(base)
                    || most.replica.store().isDropped(base)) {
                continue; // what has been dropped is not repaired
            }
            ByteBuffer own = node.replica.store().log().bytes(base);
            int length = (int) Math.min(own.capacity(), end - base);
            require(own.duplicate().position(0).limit(length).equals(other.duplicate().position(0).limit(length)),
                    "the segment at " + base + " is the same on the nodes " + node.number + " and " + most.number);
        }
    }

    private static void requireNothingBehind(GroupNode node) {
        long end = node.replica.point().position();
        ByteBuffer bytes = node.replica.store().log().bytes(end);
        if (bytes != null) {
            for (int at = node.replica.store().log().index(end); at < bytes.capacity(); at += 8) {
                require(bytes.getLong(at) == 0, "nothing is in a file that is not agreed on");
            }
        }
    }

    // ---- the end

    /** Nothing more goes wrong, and time passes. */
    private void settle() throws IOException {
        time.setRight();
        disks.makeRoom();
        for (GroupNode node : nodes) {
            if (node.isDown) {
                node.start();
            }
        }
        calm();
        pass(BrokerTime.HOLD_MS + 10_000); // clocks that are right are believed again
        for (int i = 0; i < 12; i++) {
            calm();
            rot.requireRepaired();
            GroupNode leader = leader();
            for (int left = i < 3 ? 10 : 0; left > 0; left--) {
                clients.act(leader.shard, this::answerLater, false);
            }
            clients.decideAll(leader.shard); // resumes what was set aside
            calm();
            clients.decideAll(leader.shard);
            clients.borrowers().settleAll(leader.shard, model);
            calm();
            for (int left = 20; left > 0; left--) {
                pass(1_000);
                calm();
            }
        }
        Broker broker = leader().broker;
        require(unanswered.isEmpty(), "every command is answered");
        model.requireAllArrived(broker);
        clients.borrowers().requireAllSettled(broker, model);
        model.requireFound(broker);
        requireEqualLogs();
        ByteBuffer state = served.replica.snapshot();
        for (GroupNode node : nodes) {
            require(node.replica.point().equals(served.replica.point()), "all copies are complete");
            require(state.equals(node.replica.snapshot()), "all copies have the same state: " + node.number);
            tables.requireAll(node.replica.tables());
            require(node.replica.store().sinceCheckpoint() < 200_000, "all nodes take checkpoints: " + node.number);
        }
        for (GroupNode node : nodes) {
            if (node != served) {
                reopen(node);
                require(node.isDown || state.equals(node.replica.snapshot()),
                        "a copy opened anew has the same state: " + node.number);
            }
        }
    }

    /** Everything that is under way comes to its end. */
    private void calm() throws IOException {
        for (int rounds = 0; isBusy(); rounds++) {
            require(rounds < 10_000, "the group comes to rest");
            if (leader() == null) {
                elect();
            } else if (serving && leader().shard.isGathering()) {
                pass(1_000); // it has not seen yet that there is room
            }
            group.agree();
            for (GroupNode node : nodes) {
                deliver(node, 1_000);
                begin();
                node.quiet();
            }
        }
        rest();
    }

    private boolean isBusy() {
        GroupNode leader = leader();
        return leader == null || !serving || group.hasUnderWay() || !leader.owner.isEmpty()
                || leader.broker.tail() != leader.broker.log().committed() && !isRolledOnly(leader)
                || nodes.stream().anyMatch(GroupNode::isBehind);
    }

    /** Whether the tail is only the begin of a new segment. */
    private static boolean isRolledOnly(GroupNode leader) {
        return leader.broker.log().isWritten() && leader.replica.isAllAgreed();
    }
}
