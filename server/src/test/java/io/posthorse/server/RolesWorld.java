package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.BrokerSettings;
import io.posthorse.broker.InternalTopics;
import io.posthorse.broker.PostponedLimits;
import io.posthorse.broker.Retention;
import io.posthorse.broker.SlaveCopy;
import io.posthorse.log.DivergentTail;
import io.posthorse.log.Import;
import io.posthorse.log.LogSettings;
import io.posthorse.log.Shipment;
import io.posthorse.replication.Epochs;
import io.posthorse.replication.LinkKey;
import io.posthorse.replication.MasterLink;
import io.posthorse.replication.SlaveLink;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedClock;
import io.posthorse.testkit.StoppedError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One simulated life of a master and its slave: their machines fall, the link breaks at any byte, the slave becomes the
 * master and the old one its slave, all drawn from one seed. Whenever they come to rest, both have the same bytes and state.
 */
final class RolesWorld {
    static final LinkKey KEY = new LinkKey(new byte[] {1});
    private static final long RETENTION_BYTES = 400_000;
    /** End of a log that has no record, where its first segment was left at once. */
    private static final long NOTHING = 64;

    final SeededEntropy entropy;
    final SimulatedClock clock = new SimulatedClock(1_700_000_000_000L);
    final LogSettings log;
    FaultyFileStore masterFiles;
    FaultyFileStore slaveFiles;
    final RolesMaster master;
    final RolesSlave slave;
    private final RolesPipe toMaster = new RolesPipe();
    private final RolesPipe toSlave = new RolesPipe();
    MasterLink masterLink;
    SlaveLink slaveLink;
    /** Steps for which the slave does nothing, or the link carries nothing. */
    private int slow;

    private int silent;
    /** What the slave has told its master to have stored: an answer that waited for a slave may have left. */
    private long copied;
    long nextEpoch;
    /** The longest that a log has been. */
    private long longest;
    int promotions;
    int cuts;
    int fetches;
    int breaks;
    int cutFetches;
    /** How often it mattered what the slave had acknowledged. */
    int relied;
    long compared;
    int states;

    RolesWorld(long seed) {
        this(seed, RolesSlave.Planted.NONE);
    }

    RolesWorld(long seed, RolesSlave.Planted planted) {
        entropy = new SeededEntropy(seed);
        master = new RolesMaster(this);
        slave = new RolesSlave(this, planted);
        log = new LogSettings(1 << 16, 1 << 14, 1 << 10, entropy.percent(50));
        masterFiles = new FaultyFileStore(new SeededEntropy(seed + 1));
        slaveFiles = new FaultyFileStore(new SeededEntropy(seed + 2));
    }

    /** Returns the settings of a master's log: the size of its segments changes from one start to another. */
    LogSettings logOfMaster() {
        int segmentBytes = entropy.percent(70) ? log.segmentBytes() : entropy.percent(50) ? 1 << 15 : 3 << 15;
        return new LogSettings(segmentBytes, 1 << 14, 1 << 10, log.sync());
    }

    BrokerSettings settings() {
        InternalTopics internal = new InternalTopics("schedule", "timed", "prepared", "suspended");
        return new BrokerSettings(
                1_000, 1_000, 16, internal, List.of(50L), new PostponedLimits(500, 500, 700, 3), 40_000, 200, 1L << 40,
                new Retention(1L << 50, RETENTION_BYTES, 1, ms -> true));
    }

    void breakLink() {
        if (masterLink != null) {
            masterLink.closed();
            slaveLink.closed();
        }
        masterLink = null;
        slaveLink = null;
        toMaster.clear();
        toSlave.clear();
    }

    private void dial() {
        masterLink = new MasterLink(master, master, toSlave, "s", new byte[16]);
        slaveLink = new SlaveLink(slave, toMaster, new byte[16]);
    }

    /** Lives so many steps, and then comes to rest. */
    void run(int steps) throws IOException {
        master.open();
        slave.open();
        for (int i = 0; i < steps; i++) {
            try {
                step();
                relyOnCopies();
            } catch (StoppedError e) {
                crash(true, true); // one of both stopped in the middle of a change to a file
            }
        }
        masterFiles.heal();
        slaveFiles.heal();
        calm();
    }

    private void step() throws IOException {
        longest = Math.max(longest, master.broker.tail());
        int what = entropy.below(1_000);
        if (what < 300) {
            master.act();
        } else if (what < 500) {
            master.rest();
        } else if (what < 600) {
            rest();
        } else if (what < 900) {
            carry();
        } else if (what < 903) {
            slow = entropy.below(60);
        } else if (what < 906) {
            silent = entropy.below(60);
        } else if (what < 930) {
            breakLink();
            breaks++;
        } else if (what < 940) {
            (entropy.percent(50) ? masterFiles : slaveFiles).stopAfter(entropy.below(30));
        } else if (what < 950) {
            crash(entropy.percent(50), entropy.percent(50));
        } else if (what < 955) {
            swap();
        } else if (what < 965) {
            calm();
        } else {
            clock.advance(100);
            master.timers.advance(1_100);
            slave.timers.advance(1_100);
            slave.tick();
            if (masterLink != null) {
                masterLink.tick();
            }
        }
    }

    /** The slave's owner does what there is to do, unless it is slow. */
    private void rest() throws IOException {
        if (slow-- <= 0) {
            if (entropy.percent(50)) {
                slave.runOwner(); // and its disk is slow
            } else {
                slave.rest();
            }
            slave.replace();
        }
    }

    private void carry() throws IOException {
        if (silent-- > 0) {
            return;
        }
        if (slaveLink == null) {
            dial();
        }
        for (int i = 0; i < 4 && slaveLink != null; i++) {
            carryOnce();
        }
    }

    /** Carries some bytes of one direction; a link that a side has closed is gone. */
    private void carryOnce() throws IOException {
        int most = 1 + entropy.below(entropy.percent(20) ? 40 : 60_000);
        if (toMaster.isClosed || toSlave.isClosed) {
            breakLink();
        } else if (entropy.percent(50)) {
            slaveLink.received(toSlave.take(most));
            masterLink.pump(); // the connection is writable again
        } else {
            masterLink.received(toMaster.take(most));
        }
    }

    /** Carries bytes, and lets the master live, until a question is answered or the link is cut, at any byte. */
    <T> CompletableFuture<T> asked(CompletableFuture<T> answer) {
        try {
            while (!answer.isDone()) {
                if (entropy.below(500) == 0) {
                    breakLink();
                } else {
                    carryOnce();
                }
                if (entropy.percent(5)) {
                    master.act();
                    master.rest();
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return answer;
    }

    private void crash(boolean ofMaster, boolean ofSlave) throws IOException {
        breakLink();
        if (ofMaster) {
            boolean machine = entropy.percent(50);
            copied = machine && !log.sync() ? 0 : copied; // it may have lost what its slave has
            masterFiles = masterFiles.crash(machine);
            master.open();
        }
        if (ofSlave || !ofMaster) {
            boolean machine = entropy.percent(50);
            copied = machine && !log.sync() ? 0 : copied;
            slaveFiles = slaveFiles.crash(machine);
            slave.open();
            requireCopied(slave.copy.end());
        }
    }

    /** Notes for what an answer may have left that had to wait for the slave. */
    private void relyOnCopies() {
        if (masterLink != null && masterLink.isShipping() && masterLink.committed() > NOTHING) {
            copied = Math.max(copied, masterLink.committed());
        }
    }

    private void requireCopied(long end) {
        assertTrue(end >= copied, "what a slave has acknowledged is there: up to " + copied + ", not " + end);
        relied += copied > 0 ? 1 : 0;
    }

    /** The slave becomes the master, and the old one its slave; both had fallen, or ended cleanly. */
    private void swap() throws IOException {
        if (slave.epochs.list().isEmpty()) {
            return; // it has never followed: who promotes an empty directory gets a master that nobody can follow
        }
        breakLink();
        if (entropy.percent(50)) {
            calmly(master);
        }
        if (entropy.percent(50)) {
            calmly(slave);
        }
        FaultyFileStore old = masterFiles.crash(false);
        masterFiles = slaveFiles.crash(false);
        slaveFiles = old;
        master.open();
        requireCopied(master.shipping.end());
        copied = 0;
        slave.open();
    }

    private static void calmly(RolesProcess process) throws IOException {
        try {
            process.stop();
        } catch (StoppedError e) {
            // it has fallen instead
        }
    }

    /** Lets the slave get everything, and compares. */
    void calm() throws IOException {
        for (int i = 0; i < 400; i++) {
            master.rest();
            slave.rest();
            slave.replace();
            if (toMaster.isClosed || toSlave.isClosed) {
                breakLink();
            }
            if (slaveLink == null) {
                dial();
            }
            masterLink.received(toMaster.take(1 << 20));
            masterLink.pump();
            if (slaveLink != null) {
                slaveLink.received(toSlave.take(1 << 20));
            }
            if (i % 20 == 19) {
                master.timers.advance(1_100);
                slave.timers.advance(1_100);
                if (masterLink != null) {
                    masterLink.tick();
                }
            }
            if (i > 40 && slave.copy.end() == master.shipping.end() && toMaster.bytes.isEmpty() && toSlave.bytes.isEmpty()) {
                break;
            }
        }
        assertEquals(master.shipping.end(), slave.copy.end());
        assertSameState();
        long[] bases = master.segmentBases();
        for (String name : slaveFiles.list()) {
            if (name.endsWith(".log") && masterFiles.list().contains(name)) {
                long base = Long.parseLong(name.substring(0, 20));
                int length = (int) Math.min(1 << 15, slave.copy.end() - base);
                if (length > 0 && Arrays.binarySearch(bases, base) >= 0) {
                    ByteBuffer ofMaster = RolesComparison.bytes(masterFiles, name, length);
                    ByteBuffer ofSlave = RolesComparison.bytes(slaveFiles, name, length);
                    if (base >= longest - RETENTION_BYTES) { // what was dropped may come back in part when a machine falls
                        assertEquals(ofMaster, ofSlave, name);
                        compared += length;
                    }
                }
            }
        }
    }

    /** Queues may begin elsewhere: where the slave drops later than its master, or that fell while it dropped something. */
    private void assertSameState() {
        if (RolesComparison.begins(master.broker).equals(RolesComparison.begins(slave.copy.broker()))) {
            states++;
            assertEquals(master.broker.snapshot(), slave.copy.broker().snapshot(), "the same state");
        }
        assertEquals(RolesComparison.described(master.broker), RolesComparison.described(slave.copy.broker()));
    }
}
