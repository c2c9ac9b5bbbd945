package io.posthorse.server;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Shard;
import io.posthorse.testkit.SimulatedBackground;
import io.posthorse.testkit.SimulatedClock;
import io.posthorse.testkit.SimulatedTimers;
import java.io.IOException;
import java.util.ArrayDeque;

/** What the process of a master and that of a slave have in common. */
class RolesProcess {
    final SimulatedClock clock;
    final ArrayDeque<Runnable> owner = new ArrayDeque<>();
    SimulatedBackground background;
    SimulatedTimers timers;
    Shard shard;
    boolean isUp;

    RolesProcess(SimulatedClock clock) {
        this.clock = clock;
    }

    void begin() {
        background = new SimulatedBackground();
        timers = new SimulatedTimers(clock);
        owner.clear();
    }

    void rest() {
        do {
            runOwner();
            background.drain();
        } while (!owner.isEmpty() || background.hasJobs() || background.hasOutcomes());
    }

    void runOwner() {
        for (Runnable task = owner.poll(); task != null; task = owner.poll()) {
            task.run();
        }
    }

    void shard(Broker broker) {
        shard = new Shard(broker, clock, timers, owner::add);
        shard.start();
        isUp = true;
    }

    void stop() throws IOException {
        rest();
        shard.stop();
        background.drain();
        shard.close();
        isUp = false;
    }
}
