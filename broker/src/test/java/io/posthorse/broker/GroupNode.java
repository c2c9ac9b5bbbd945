package io.posthorse.broker;

import static io.posthorse.broker.Model.require;

import io.posthorse.log.Batch;
import io.posthorse.log.LogSettings;
import io.posthorse.log.Scrubber;
import io.posthorse.platform.Clock;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import io.posthorse.testkit.SimulatedBackground;
import io.posthorse.testkit.SimulatedClock;
import io.posthorse.testkit.SimulatedTimers;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;

/** A node of a simulated group: its machine, its copy, and while it leads its broker. */
final class GroupNode {
    private static final UUID GROUP = new UUID(1, 2);

    final int number;
    final ArrayDeque<Runnable> owner = new ArrayDeque<>();
    private final SimulatedClock clock;
    private final LogSettings log;
    private final BrokerSettings settings;
    private final List<MessageFormat> formats;
    private final SimulatedGroup group;
    private final Consumer<Tables> onOpen;
    FaultyFileStore files;
    SimulatedBackground background;
    SimulatedTimers timers;
    GroupReplica replica;
    /** Both null while it does not lead. */
    Broker broker;

    Shard shard;
    private boolean isElected;
    /** Index of the next entry that it gets. */
    int next;
    boolean isDown;
    /** What the other nodes have, where this one repairs what rots; else null. */
    OtherCopies others;
    Scrubber scrubber;
    /** Reads and writes for the scrubber. */
    SimulatedBackground scrubbing = new SimulatedBackground();

    GroupNode(
            int number, SeededEntropy entropy, SimulatedClock clock, LogSettings log, BrokerSettings settings,
            List<MessageFormat> formats, SimulatedGroup group, Consumer<Tables> onOpen) {
        this.onOpen = onOpen;
        this.number = number;
        this.clock = clock;
        this.log = log;
        this.settings = settings;
        this.formats = formats;
        this.group = group;
        this.files = new FaultyFileStore(entropy);
    }

    void start() throws IOException {
        background = new SimulatedBackground();
        replica = GroupReplica.open(files, log, background, settings, formats, GROUP);
        onOpen.accept(replica.tables());
        replica.stepPieces(1);
        next = (int) replica.point().index() + 1;
        require(next <= group.size(), "a node knows only what is agreed on");
        isDown = false;
        opened();
    }

    private void opened() {
        owner.clear();
        timers = new SimulatedTimers(clock);
        scrubbing = new SimulatedBackground();
        if (others != null && !isDown) {
            scrubber = replica.scrub(scrubbing, others, others);
        }
        shard = null;
        broker = null;
        isElected = false;
    }

    /** The process is killed, or the machine goes down. */
    void down(boolean machine) {
        files = files.crash(machine);
        isDown = true;
        background = new SimulatedBackground();
        opened();
    }

    /** It leads no longer, and opens its copy anew. */
    void fell() throws IOException {
        background.drain();
        background = new SimulatedBackground();
        if (others != null) {
            scrubber.close();
            replica.mend(others, others);
        }
        replica = replica.reopen(background);
        onOpen.accept(replica.tables());
        replica.stepPieces(1);
        opened();
    }

    /** Whether it was elected, and has begun its term. */
    boolean isLeading() {
        return isElected;
    }

    boolean isBehind() {
        return next < group.size();
    }

    void deliver() throws IOException {
        if (isDown || !isBehind()) {
            return;
        }
        SimulatedGroup.Entry entry = group.entry(next);
        if (entry.bytes() == null) {
            replica.passed(entry.term(), next);
        } else {
            replica.agreed(entry.term(), next, Batch.read(entry.bytes().duplicate()));
        }
        next++;
    }

    /** Begins to lead: it has everything. */
    void lead() throws IOException {
        isElected = true;
        replica.lead(new GroupReplica.Leadership(group.term(), "node" + number));
        for (Batch next = replica.nextProposal(); next != null; next = replica.nextProposal()) {
            group.propose(number, next);
        }
    }

    /** Begins to serve clients, once the group has agreed on the begin of its term. */
    void serve() {
        serve(false);
    }

    /** @param byWall whether its wall clock is taken for a monotonic one */
    void serve(boolean byWall) {
        broker = replica.leading();
        shard = new Shard(broker, byWall ? byWall() : clock, timers, owner::add);
        shard.onProposal(batch -> group.propose(number, batch));
    }

    private Clock byWall() {
        return new Clock() {
            @Override
            public long wallMs() {
                return clock.wallMs();
            }

            @Override
            public long nanos() {
                return clock.wallMs() * 1_000_000;
            }
        };
    }

    /** Lets the owner take some steps. */
    void runOwner(int most) {
        for (int left = most; left > 0 && !owner.isEmpty(); left--) {
            owner.poll().run();
        }
        if (!isDown && !isLeading()) {
            replica.resume();
            replica.tend();
        }
    }

    /** Lets owner and background finish what they have. */
    void quiet() {
        for (int turns = 0; !owner.isEmpty() || background.hasJobs() || background.hasOutcomes(); turns++) {
            require(turns < 10_000, "the owner comes to rest");
            runOwner(1_000);
            background.drain();
        }
        if (!isDown && !isLeading()) {
            replica.resume();
        }
        while (!isDown && !isLeading() && replica.tend()) {
            background.drain();
        }
        background.drain();
    }
}
