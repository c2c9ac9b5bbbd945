package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.Broker;
import io.posthorse.broker.BrokerSettings;
import io.posthorse.broker.InternalTopics;
import io.posthorse.broker.PostponedLimits;
import io.posthorse.broker.Retention;
import io.posthorse.broker.Shipping;
import io.posthorse.broker.SlaveCopy;
import io.posthorse.log.DivergentTail;
import io.posthorse.log.Export;
import io.posthorse.log.Import;
import io.posthorse.log.LogSettings;
import io.posthorse.log.Shipment;
import io.posthorse.replication.CatchUp;
import io.posthorse.replication.CatchUpService;
import io.posthorse.replication.Epochs;
import io.posthorse.replication.LinkKey;
import io.posthorse.replication.MasterLink;
import io.posthorse.replication.MasterLog;
import io.posthorse.replication.Member;
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
import java.util.function.BiConsumer;

/**
 * One simulated life of a master and its slave: their machines fall, the link breaks at any byte, the slave becomes the
 * master and the old one its slave, all drawn from one seed. Whenever they come to rest, both have the same bytes and state.
 */
final class RolesWorld {
    private static final long RETENTION_BYTES = 400_000;

    private final SeededEntropy entropy;
    private final SimulatedClock clock = new SimulatedClock(1_700_000_000_000L);
    private final LogSettings log;
    private FaultyFileStore masterFiles;
    private FaultyFileStore slaveFiles;
    private final Master master = new Master();
    private final Slave slave = new Slave();
    private final RolesPipe toMaster = new RolesPipe();
    private final RolesPipe toSlave = new RolesPipe();
    private MasterLink masterLink;
    private SlaveLink slaveLink;
    private long nextEpoch;
    /** The longest that a log has been. */
    private long longest;
    int promotions;
    int cuts;
    int fetches;
    int breaks;
    long compared;
    int states;

    RolesWorld(long seed) {
        entropy = new SeededEntropy(seed);
        log = new LogSettings(1 << 16, 1 << 14, 1 << 10, entropy.percent(50));
        masterFiles = new FaultyFileStore(new SeededEntropy(seed + 1));
        slaveFiles = new FaultyFileStore(new SeededEntropy(seed + 2));
    }

    private BrokerSettings settings() {
        InternalTopics internal = new InternalTopics("schedule", "timed", "prepared", "suspended");
        return new BrokerSettings(
                1_000, 1_000, 16, internal, List.of(50L), new PostponedLimits(500, 500, 700, 3), 40_000, 200, 1L << 40,
                new Retention(1L << 50, RETENTION_BYTES, 1, ms -> true));
    }

    private final class Master extends RolesProcess
            implements MasterLog, MasterLink.Masters, CatchUpService.Source {
        private MasterEpochs epochs;
        private Broker broker;
        private Shipping shipping;
        private CatchUpService catchUps;

        Master() {
            super(RolesWorld.this.clock);
        }

        void open() throws IOException {
            begin();
            epochs = new MasterEpochs(masterFiles, true, () -> ++nextEpoch);
            broker = epochs.open(masterFiles, log, background, settings(), List.of(new PlainFormat()));
            promotions += epochs.opened() ? 1 : 0;
            shard(broker);
            shipping = new Shipping(broker, background);
            shard.onCommitted(() -> {
                if (masterLink != null) {
                    masterLink.pump();
                }
            });
            catchUps = new CatchUpService(this, clock);
            rest();
        }

        void act() {
            RolesActions.act(shard.turn(), entropy);
        }

        @Override
        public long committed() {
            return shipping.committed();
        }

        @Override
        public int segmentBytes() {
            return log.segmentBytes();
        }

        @Override
        public long[] segmentBases() {
            return shipping.segmentBases();
        }

        @Override
        public Epochs epochs() {
            return epochs.epochs();
        }

        @Override
        public void read(long position, int bytesMax, BiConsumer<Shipment, IOException> done) {
            shipping.read(position, bytesMax / 8, done);
        }

        @Override
        public void answer(String from, ByteBuffer request, BiConsumer<ByteBuffer, IOException> done) {
            throw new AssertionError("copies are fetched without the link here");
        }

        @Override
        public String cluster() {
            return "c";
        }

        @Override
        public String brokerName() {
            return "b";
        }

        @Override
        public LinkKey key() {
            return null;
        }

        @Override
        public String refusal(MasterLink of) {
            return null;
        }

        @Override
        public void admitted(MasterLink who) {
            // its first words
        }

        @Override
        public void moved(MasterLink who) {
            shard.recheck();
        }

        @Override
        public void tell(String what) {
            assertTrue(!what.contains("was closed:") && !what.contains("refused"), what);
        }

        @Override
        public long nowMs() {
            return clock.nanos() / 1_000_000;
        }

        @Override
        public Export open(long needed) throws IOException {
            return shipping.export(needed);
        }

        @Override
        public void close(Export export) {
            export.close();
        }
    }

    private final class Slave extends RolesProcess implements SlaveLink.Slave {
        private SlaveCopy copy;
        private Epochs epochs;
        private Epochs.Epoch fetchedFrom;

        Slave() {
            super(RolesWorld.this.clock);
        }

        void open() throws IOException {
            fetchedFrom = null;
            Import.finish(slaveFiles);
            epochs = Epochs.read(slaveFiles).following(true);
            epochs.write(slaveFiles);
            reopen();
        }

        private void reopen() throws IOException {
            begin();
            copy = SlaveCopy.open(slaveFiles, log, background, settings(), List.of(new PlainFormat()));
            if (copy.isDamaged()) {
                epochs = epochs.damaged();
                epochs.write(slaveFiles);
            }
            shard(copy.broker());
            shard.onCommitted(this::acknowledge);
            rest();
        }

        void acknowledge() {
            if (slaveLink != null) {
                slaveLink.acknowledge(copy.end(), copy.committed());
            }
        }

        @Override
        public SlaveLink.Copy copy() {
            return new SlaveLink.Copy(
                    "c", "b", 1, "", log.segmentBytes(), copy.end(), copy.end() == 0, epochs.isDamaged(), epochs);
        }

        @Override
        public LinkKey key() {
            return null;
        }

        @Override
        public void follow(Epochs ofMaster, Runnable then) {
            try {
                ofMaster.write(slaveFiles);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            epochs = ofMaster;
            then.run();
        }

        @Override
        public void take(long masterCommitted, Shipment shipment) {
            shard.turn();
            try {
                copy.take(shipment);
            } catch (IOException e) {
                throw new AssertionError("position " + shipment.position(), e);
            }
            acknowledge();
        }

        @Override
        public void alive(long masterCommitted) {
            // nothing to show
        }

        @Override
        public void keepOnly(long end, long[] bases) {
            copy.keepOnly(end, bases);
        }

        @Override
        public void fetch(long common, long needed, Epochs ofMaster) {
            try {
                replace(common, needed, ofMaster);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        private void replace(long common, long needed, Epochs ofMaster) throws IOException {
            rest();
            shard.abandon();
            background.drain();
            long end = copy.end();
            boolean isDamaged = epochs.isDamaged();
            copy.abandon();
            isUp = false;
            long keptBelow = isDamaged ? 0 : end;
            if (common >= 0) {
                cuts++;
                long begin = DivergentTail.setAside(slaveFiles, common, end).segment();
                keptBelow = isDamaged ? 0 : begin;
            }
            Epochs.Epoch newest = ofMaster.list().getLast();
            if (!newest.equals(fetchedFrom)) {
                Import.discard(slaveFiles);
                fetchedFrom = newest;
            }
            for (int i = 0; true; i++) {
                try {
                    CatchUp.fetch((node, request) -> {
                        try {
                            return CompletableFuture.completedFuture(master.catchUps.answer("s", request));
                        } catch (IOException e) {
                            return CompletableFuture.failedFuture(e);
                        }
                    }, new Member("m", "", 0), slaveFiles, needed, keptBelow);
                    break;
                } catch (IOException e) {
                    assertTrue(i < 5, e.getMessage());
                    master.rest();
                    master.timers.advance(1_100);
                    master.rest();
                }
            }
            fetches++;
            ofMaster.write(slaveFiles);
            epochs = ofMaster;
            reopen();
            breakLink();
        }

        @Override
        public void refused(String reason) {
            throw new AssertionError(reason);
        }

        @Override
        public long nowMs() {
            return clock.nanos() / 1_000_000;
        }
    }

    private void breakLink() {
        if (masterLink != null) {
            masterLink.closed();
            slaveLink.closed();
        }
        masterLink = null;
        slaveLink = null;
        toMaster.bytes.clear();
        toSlave.bytes.clear();
    }

    private void dial() {
        masterLink = new MasterLink(master, master, toSlave, "s", new byte[16]);
        slaveLink = new SlaveLink(slave, toMaster);
    }

    /** Lives so many steps, and then comes to rest. */
    void run(int steps) throws IOException {
        master.open();
        slave.open();
        for (int i = 0; i < steps; i++) {
            try {
                step();
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
        } else if (what < 550) {
            slave.rest();
        } else if (what < 900) {
            carry();
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
            if (masterLink != null) {
                masterLink.tick();
            }
        }
    }

    private void carry() throws IOException {
        if (slaveLink == null) {
            dial();
        }
        for (int i = 0; i < 4 && slaveLink != null; i++) {
            int most = 1 + entropy.below(entropy.percent(20) ? 40 : 60_000);
            if (entropy.percent(50)) {
                slaveLink.received(toSlave.take(most));
            } else {
                masterLink.received(toMaster.take(most));
            }
        }
    }

    private void crash(boolean ofMaster, boolean ofSlave) throws IOException {
        breakLink();
        if (ofMaster) {
            masterFiles = masterFiles.crash(entropy.percent(50));
            master.open();
        }
        if (ofSlave || !ofMaster) {
            slaveFiles = slaveFiles.crash(entropy.percent(50));
            slave.open();
        }
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
    private void calm() throws IOException {
        for (int i = 0; i < 400; i++) {
            master.rest();
            slave.rest();
            if (slaveLink == null) {
                dial();
            }
            masterLink.received(toMaster.take(1 << 20));
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
                int length = (int) Math.min(log.segmentBytes(), slave.copy.end() - base);
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
