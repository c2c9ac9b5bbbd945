package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.SlaveCopy;
import io.posthorse.log.DivergentTail;
import io.posthorse.log.Import;
import io.posthorse.log.Shipment;
import io.posthorse.replication.Epochs;
import io.posthorse.replication.LinkKey;
import io.posthorse.replication.SlaveLink;
import java.io.IOException;
import java.util.List;

/** The process of the slave in {@link RolesWorld}. */
final class RolesSlave extends RolesProcess implements SlaveLink.Slave {
    /** A fault that is planted, to see that it is caught. */
    enum Planted {
        NONE,
        /** It acknowledges what it has received, before it is written. */
        ACKNOWLEDGES_EARLY,
        /** It acknowledges as stored what only the operating system has. */
        FORCES_NOTHING,
        /** It goes on after a fetch that was cut, as if it had all. */
        BELIEVES_HALF_A_FETCH
    }

    private final RolesWorld world;
    private final Planted planted;
    SlaveCopy copy;
    Epochs epochs;
    private CopyReplacement replacement;
    /** What the master has told it to fetch; null where nothing. */
    private Wanted wanted;

    /** @param from the link over which it was told */
    private record Wanted(SlaveLink from, long common, long needed, Epochs ofMaster) {}

    RolesSlave(RolesWorld world, Planted planted) {
        super(world.clock);
        this.world = world;
        this.planted = planted;
    }

    void open() throws IOException {
        wanted = null;
        replacement = new CopyReplacement(world.slaveFiles, new Replaced());
        Import.finish(world.slaveFiles);
        epochs = Epochs.read(world.slaveFiles).following(true);
        epochs.write(world.slaveFiles);
        reopen();
    }

    private void reopen() throws IOException {
        begin();
        copy = SlaveCopy.open(world.slaveFiles, world.log, background, world.settings(), List.of(new PlainFormat()));
        if (copy.isDamaged()) {
            epochs = epochs.damaged();
            epochs.write(world.slaveFiles);
        }
        shard(copy.broker());
        shard.onCommitted(this::acknowledge);
        rest();
    }

    /** Says periodically what it has. */
    void tick() {
        owner.add(this::acknowledge);
    }

    void acknowledge() {
        if (world.slaveLink != null && wanted == null) {
            world.slaveLink.acknowledge(copy.end(), planted == Planted.FORCES_NOTHING ? copy.end() : copy.committed());
        }
    }

    @Override
    public SlaveLink.Copy copy() {
        runOwner(); // what was received before is taken
        return new SlaveLink.Copy(
                "c", "b", 1, "", world.log.segmentBytes(), copy.end(), copy.end() == 0, epochs.isDamaged(), epochs);
    }

    @Override
    public LinkKey key() {
        return RolesWorld.KEY;
    }

    @Override
    public void follow(Epochs ofMaster, Runnable then) {
        try {
            ofMaster.write(world.slaveFiles);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        epochs = ofMaster;
        then.run();
    }

    /** The owner takes what was received when it comes to it, unless the copy is another one by then. */
    @Override
    public void take(long masterCommitted, Shipment shipment) {
        SlaveCopy of = copy;
        if (planted == Planted.ACKNOWLEDGES_EARLY) {
            world.slaveLink.acknowledge(shipment.end(), shipment.end());
        }
        owner.add(() -> {
            if (of == copy && wanted == null) {
                shard.turn();
                try {
                    copy.take(shipment);
                } catch (IOException e) {
                    throw new AssertionError("position " + shipment.position(), e);
                }
                acknowledge();
            }
        });
    }

    @Override
    public void alive(long masterCommitted) {
        // nothing to show
    }

    @Override
    public void keepOnly(long end, long[] bases) {
        SlaveCopy of = copy;
        owner.add(() -> {
            if (of == copy && wanted == null) {
                of.keepOnly(end, bases);
            }
        });
    }

    @Override
    public void fetch(long common, long needed, Epochs ofMaster) {
        wanted = wanted == null ? new Wanted(world.slaveLink, common, needed, ofMaster) : wanted;
    }

    /** Fetches what the master has told it to fetch, over the link, which may be cut meanwhile. */
    void replace() throws IOException {
        if (wanted == null) {
            return;
        }
        Wanted now = wanted;
        try {
            replacement.replace((node, request) -> world.asked(now.from.ask(node, request)), now.common, now.needed,
                    now.ofMaster);
            world.fetches++;
        } catch (IOException e) {
            if (now.from.isOpen()) {
                throw new AssertionError("only a link that is cut ends a fetch", e);
            }
            world.cutFetches++;
            if (planted == Planted.BELIEVES_HALF_A_FETCH) {
                now.ofMaster.write(world.slaveFiles);
                epochs = now.ofMaster;
            }
        } finally {
            wanted = null;
        }
        world.breakLink(); // the next one says what this slave has now
    }

    /** The copy while it is replaced. */
    private final class Replaced implements CopyReplacement.Slave {
        private int pauses;

        @Override
        public Epochs epochs() {
            return epochs;
        }

        @Override
        public void has(Epochs stored) {
            epochs = stored;
        }

        @Override
        public long abandon() throws IOException {
            pauses = 0;
            rest();
            shard.abandon();
            background.drain();
            long end = copy.end();
            copy.abandon();
            isUp = false;
            return end;
        }

        @Override
        public void open() throws IOException {
            reopen();
        }

        @Override
        public boolean isClosed() {
            return false;
        }

        @Override
        public boolean isMasterThere() {
            return wanted.from.isOpen();
        }

        @Override
        public void pause() {
            assertTrue(++pauses <= 5);
            world.master.rest();
            world.master.timers.advance(1_100);
            world.master.rest();
        }

        @Override
        public void progressed() {
            wanted.from.working();
        }

        @Override
        public void setAside(long common, DivergentTail tail) {
            world.cuts++;
        }

        @Override
        public void cannotOpen(Exception why) {
            throw new AssertionError(why);
        }
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
