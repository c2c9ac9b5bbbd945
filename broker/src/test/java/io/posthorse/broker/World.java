package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import io.posthorse.log.LogSettings;
import io.posthorse.log.RecordFormat;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedBackground;
import io.posthorse.testkit.SimulatedTimers;
import io.posthorse.testkit.StoppedError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * One simulated life of a broker: its machine, its clients, and its misfortunes, all drawn from one seed. After every
 * step the {@link Model}'s rules are checked; after every restart, what was found against what had to survive.
 */
final class World {
    /** What is older has to come from the disk first. */
    private static final long HOT_BYTES = 20_000;

    /** So long after it is due, at most, a segment goes that nobody waits for. */
    private static final long SLACK_MS = 120_000;

    /** Topics and subscriptions that there may be in a life of narrow limits. */
    private static final int NARROW = 3;

    /** How often segments are looked at in the end. */
    private static final long LOOK_MS = 1_000;

    private final SeededEntropy entropy;
    private final LogSettings logSettings;
    private final BrokerSettings settings;
    private final WorldTime time;
    private final SegmentAges ages;
    private final Failures failures;
    private final Rot rot;
    private final Model model;
    private final Clients clients;
    private final ArrayDeque<Runnable> owner = new ArrayDeque<>();
    private final List<Model.Event> unanswered = new ArrayList<>();
    private FaultyFileStore files;
    private SimulatedTimers timers;
    private SimulatedBackground background;
    private Shard shard;
    private Broker broker;
    private boolean diskIsFull;
    private boolean writeMayFail;
    private long trace = 0xcbf29ce484222325L;
    /** What the last run had committed, and had on stable storage, when it ended. */
    private long committed;
    private long durable;
    private boolean machineFell;
    /** Then the machine stays up: rot above a durable mark that is lost as well looks like a torn tail. */
    private boolean rotted;
    private ByteBuffer expectedState;

    World(long seed) {
        entropy = new SeededEntropy(seed);
        logSettings = new LogSettings(1 << 16, 1 << 14, 1 << 10, entropy.percent(50));
        files = new FaultyFileStore(new SeededEntropy(seed + 1));
        time = new WorldTime(entropy);
        long ageMs = entropy.percent(40) ? (2_000L + entropy.below(20_000)) * time.pace() : 1L << 50;
        boolean byAge = ageMs < 1L << 50;
        ages = new SegmentAges(time, byAge ? ageMs : 0);
        settings = settings(new Retention(ageMs, byAge ? 0 : 150_000, 1, ms -> true), entropy.percent(30), 40_000);
        failures = new Failures(entropy);
        rot = new Rot(entropy);
        model = new Model(time, failures);
        clients = new Clients(entropy, model, time, failures);
    }

    static BrokerSettings settings(Retention retention, boolean isNarrow, long checkpointBytes) {
        InternalTopics internal = new InternalTopics("schedule", "timed", "prepared", "suspended");
        PostponedLimits limits = isNarrow ? new PostponedLimits(8, 6, 700, 3) : new PostponedLimits(500, 500, 700, 3);
        int topics = isNarrow ? internal.single().size() + 1 + NARROW : 100;
        return new BrokerSettings(
                topics, isNarrow ? NARROW : 100, 16, internal, List.of(50L, 1_000L, 5_000L), limits,
                checkpointBytes, 200, HOT_BYTES, retention);
    }

    /** Lives so many steps, and then waits until everything that is due has come. */
    void run(int steps) {
        open();
        for (int i = 0; i < steps; i++) {
            long before = time.now();
            try {
                step();
                time.turn(shard.turnNumber(), before, broker.now());
                time.tend();
                rest();
            } catch (StoppedError e) {
                down(entropy.percent(50), null);
                open();
            }
        }
        spaceReturns();
        files.heal();
        failures.end();
        try {
            quiet();
        } catch (StoppedError e) {
            fall(false);
        }
        if (entropy.percent(50) || failures.some() || broker.log().poison() != null) {
            fall(false);
        }
        settle();
    }

    /** A hash of everything that happened. */
    long trace() {
        return trace;
    }

    Broker broker() {
        return broker;
    }

    private void note(long what) {
        trace = (trace ^ what) * 0x100000001b3L;
    }

    private void step() {
        int choice = entropy.below(100);
        note(choice);
        if (broker.log().poison() != null && entropy.percent(20)) {
            fall(entropy.percent(50));
        } else if (choice < 45) {
            clients.act(shard, this::answerLater, diskIsFull || writeMayFail);
        } else if (choice < 62) {
            if (entropy.percent(40)) {
                runSome(1 + entropy.below(3));
            } else {
                runOwner();
            }
        } else if (choice < 74) {
            background.runJob();
        } else if (choice < 86) {
            background.deliver();
        } else if (choice < 96) {
            timers.advance(time.pace() * (1L + entropy.below(entropy.percent(10) ? 3_000 : 100)));
        } else {
            misfortune();
        }
    }

    private void misfortune() {
        int choice = entropy.below(20);
        note(choice);
        switch (choice) {
            case 0, 1 -> fall(false);
            case 2, 3 -> fall(true);
            case 4 -> files.failNextForce();
            case 5 -> {
                writeMayFail = true;
                files.failNextWrite();
            }
            case 6, 7 -> files.stopAfter(entropy.below(30));
            case 8, 9, 10 -> {
                diskIsFull = true;
                files.capacity(files.usedBytes() + entropy.below(20_000));
            }
            case 11, 12, 13 -> spaceReturns();
            case 14, 15 -> time.trouble();
            case 17 -> failures.change();
            case 16 -> endCleanly();
            default -> {
                runOwner();
                background.drain();
            }
        }
    }

    private void spaceReturns() {
        diskIsFull = false;
        files.capacity(1L << 40);
    }

    /** Lets the owner take some steps: others come between those of a checkpoint. */
    private void runSome(int most) {
        for (int left = most; left > 0 && !owner.isEmpty(); left--) {
            owner.poll().run();
        }
    }

    private void runOwner() {
        for (int turns = 0; !owner.isEmpty(); turns++) {
            require(turns < 1_000, "the owner comes to rest");
            owner.poll().run();
        }
    }

    /** Lets owner and background finish what they have. */
    private void quiet() {
        while (!owner.isEmpty() || background.hasJobs() || background.hasOutcomes()) {
            runOwner();
            background.runJob();
            background.deliver();
        }
    }

    /** What holds between any two steps. */
    private void rest() {
        note(broker.tail());
        note(broker.log().committed());
        note(broker.log().durable());
        note(files.trace());
        ages.look(broker);
        failures.requireTold();
        model.scan(broker, broker.topics());
        if (owner.isEmpty()) {
            clients.settlers().requireKept(broker);
            if (!shard.isGathering() && broker.log().poison() == null) {
                clients.requireAwake(broker);
            }
        }
    }

    // ---- replies

    private void answerLater(Model.Event event) {
        unanswered.add(event);
        shard.park(new PendingReplies() {
            @Override
            public boolean committed(long position) {
                if (position < event.end()) {
                    return true;
                }
                failures.perhaps();
                require(broker.log().poison() == null, "after a failure nothing is acknowledged");
                require(event.end() <= broker.log().committed(), "what is acknowledged is committed");
                note(event.end());
                event.acknowledge();
                unanswered.remove(event);
                return false;
            }

            @Override
            public void failed(IOException cause) {
                unanswered.remove(event);
                failures.perhaps();
            }
        });
    }

    // ---- ends and beginnings

    private void endCleanly() {
        quiet();
        if (broker.log().poison() != null) {
            return;
        }
        shard.stop();
        if (broker.log().poison() != null) {
            require(diskIsFull || writeMayFail, "a healthy disk is enough");
            fall(false);
            return;
        }
        ByteBuffer state = broker.snapshot();
        try {
            shard.close();
        } catch (IOException e) {
            fall(false);
            return;
        }
        require(unanswered.isEmpty(), "every command is answered");
        down(entropy.percent(30), state);
        open();
    }

    /** The process is killed, or the machine goes down, and comes up again. */
    private void fall(boolean machine) {
        down(machine, steady(machine) ? broker.snapshot() : null);
        open();
    }

    private boolean steady(boolean machine) {
        return !machine
                && owner.isEmpty()
                && !background.hasJobs()
                && !background.hasOutcomes()
                && broker.log().poison() == null
                && broker.tail() == broker.log().committed();
    }

    private void down(boolean machine, ByteBuffer state) {
        note(machine ? 2 : 1);
        committed = broker.log().committed();
        durable = broker.log().durable();
        long checkpoint = broker.tail() - broker.store().sinceCheckpoint();
        machineFell = machine;
        if (state != null) {
            model.requireFound(broker);
        }
        expectedState = state;
        rotted = false;
        model.expire(broker);
        files = ended(machine);
        time.rest();
        if (entropy.percent(10)) {
            rot(machine ? checkpoint : durable);
        } else if (entropy.percent(10)) {
            Rot.Lost lost = rot.record(broker, files, machine ? 0 : checkpoint, machine ? checkpoint : durable);
            if (lost != null) {
                rotted = true;
                clients.rotted(lost);
            }
        } else if (entropy.percent(5)) {
            rot.file(files);
        }
    }

    /** What the next run finds: the process has ended, and with it maybe the machine, or the volume alone. */
    private FaultyFileStore ended(boolean loses) {
        return loses && entropy.percent(30) ? files.detach() : files.crash(loses);
    }

    private void rot(long below) {
        Model.Stored victim = model.pick(broker, below, broker.log().begin(), entropy::below);
        if (victim == null) {
            return;
        }
        long base = 0;
        for (long b : broker.log().segmentBases()) {
            base = b <= victim.position ? b : base;
        }
        String name = "%020d.log".formatted(base);
        if (files.list().contains(name)) {
            victim.rotten = true;
            victim.rottenAt = victim.position;
            victim.sending.mayRepeat |= victim.sending.wait != Model.Wait.NOTHING; // it may end another's waiting
            rotted = true;
            int record = RecordFormat.NATIVE + TestFormat.HEADER + victim.sending.bodyLength; // others of its group follow
            int bits = (record - 8) * 8;
            files.flipBit(name, (victim.position - base) * 8 + entropy.below(bits));
        }
    }

    private void open() {
        owner.clear();
        writeMayFail = false;
        unanswered.clear();
        clients.disconnected();
        while (true) {
            background = new SimulatedBackground();
            timers = new SimulatedTimers(time.clock);
            if (entropy.percent(10)) {
                files.stopAfter(entropy.below(20));
            }
            try {
                broker = Broker.open(files, logSettings, background, settings, List.of(failures.format(model::name)));
                broker.state().changed.stepPieces(1);
                files.stopAfter(Integer.MAX_VALUE);
                break;
            } catch (StoppedError e) {
                boolean machine = entropy.percent(50) && !rotted;
                machineFell |= machine;
                expectedState = null;
                files = ended(machine);
            } catch (IOException e) {
                boolean isFull = diskIsFull && String.valueOf(e.getMessage()).contains("No space left");
                require(isFull, "a directory opens: " + e);
                expectedState = null;
                files = files.crash(false);
                spaceReturns();
            }
        }
        opened();
    }

    private void opened() {
        // the first message of a partition may have rotted, and an index that is read from the log again begins behind it
        if (expectedState != null && !rotted && broker.store().damages().isEmpty()) {
            require(expectedState.equals(broker.snapshot()), "replay equals state");
        }
        Predicate<Model.Event> survives = event -> machineFell && !logSettings.sync()
                ? event.end() <= durable
                : event.isAcknowledged() || event.end() <= (machineFell ? durable : committed);
        clients.reopened(broker, survives);
        model.reopened(broker, broker.topics(), survives);
        time.started(broker.lastRecordMs());
        broker.faults().onFault(failures::told);
        shard = new Shard(broker, time.clock, timers, owner::add);
        broker.transactions().onUndecided(clients::asked);
        shard.start();
        time.turn(shard.turnNumber(), time.now(), broker.now());
        ages.opened(broker);
        note(broker.tail());
    }

    /** Nothing more goes wrong, and time passes. */
    private void settle() {
        spaceReturns();
        time.setRight();
        for (int i = 0; i < 20; i++) {
            for (int left = i < 3 ? 10 : 0; left > 0; left--) {
                clients.act(shard, this::answerLater, false);
            }
            clients.decideAll(shard);
            clients.borrowers().settleAll(shard, model);
            pass(20_000);
        }
        require(broker.log().poison() == null, "a healthy disk is enough");
        quiet();
        rest();
        require(unanswered.isEmpty(), "every command is answered");
        model.requireAllArrived(broker);
        clients.borrowers().requireAllSettled(broker, model);
        require(broker.store().keys().isComplete(), "keys that were missing are read again");
        model.requireFound(broker);
        if (settings.retention().bytes() == 0) {
            clients.settlers().leave(shard.turn());
            long ageMs = settings.retention().ageMs();
            for (long left = ageMs + ageMs / 5 + SLACK_MS; left > 0; left -= 20_000) {
                pass(20_000);
            }
            ages.requireGone(broker, SLACK_MS + ageMs / 5);
        }
    }

    private void pass(long ms) {
        runOwner();
        background.drain();
        for (long left = ms; left > 0; left -= LOOK_MS) {
            long before = time.now();
            timers.advance(LOOK_MS);
            time.turn(shard.turnNumber(), before, broker.now());
            ages.look(broker);
        }
        rest();
    }
}
