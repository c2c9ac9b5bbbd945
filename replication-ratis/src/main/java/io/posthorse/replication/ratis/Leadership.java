package io.posthorse.replication.ratis;

import io.posthorse.replication.ReplicatedLog.Replica;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Whether this node leads, as its replica was told. {@link Replica#fell} follows {@link Replica#leading} exactly once, never
 * overtakes it, and waits for no lock: the engine reports the end of a leadership within its own.
 */
final class Leadership {
    private enum Phase {
        /** Not announced, or over. */
        OVER,
        /** The replica is being told. Proposals are accepted, for it may have begun. */
        ANNOUNCING,
        ANNOUNCED,
        /** It ended while the replica was being told, and who tells it says so afterwards. */
        ENDED_MEANWHILE
    }

    private record State(long term, Phase phase) {}

    private final Replica replica;
    private final AtomicReference<State> state = new AtomicReference<>(new State(-1, Phase.OVER));

    Leadership(Replica replica) {
        this.replica = replica;
    }

    /**
     * Tells the replica that it leads.
     *
     * @param leads whether this is so still; asked after an end would be noticed, since the engine's report of a beginning
     *     may be older than that of the end
     */
    void announce(long term, BooleanSupplier leads) {
        end();
        State announcing = new State(term, Phase.ANNOUNCING);
        state.set(announcing);
        if (!leads.getAsBoolean()) {
            state.set(new State(term, Phase.OVER));
            return;
        }
        replica.leading(term);
        if (!state.compareAndSet(announcing, new State(term, Phase.ANNOUNCED))) {
            state.set(new State(term, Phase.OVER));
            replica.fell(term);
        }
    }

    /** Returns whether proposals of a term are accepted. */
    boolean leads(long term) {
        State now = state.get();
        return now.term() == term && (now.phase() == Phase.ANNOUNCING || now.phase() == Phase.ANNOUNCED);
    }

    /** Returns whether the replica leads, in whatever term. */
    boolean leads() {
        return leads(state.get().term());
    }

    /** Returns whether the replica was told that its leadership of a term is over. */
    boolean isOver(long term) {
        State now = state.get();
        return now.term() == term && now.phase() == Phase.OVER;
    }

    /** Ends the leadership, if there is one. Any thread may call it. */
    void end() {
        end(state.get().term());
    }

    /**
     * Ends the leadership of a term. Any thread may call it.
     *
     * @return whether it lasted until now
     */
    boolean end(long term) {
        while (true) {
            State now = state.get();
            if (!leads(term)) {
                return false;
            }
            boolean isAnnounced = now.phase() == Phase.ANNOUNCED;
            if (state.compareAndSet(now, new State(term, isAnnounced ? Phase.OVER : Phase.ENDED_MEANWHILE))) {
                if (isAnnounced) {
                    replica.fell(term);
                }
                return true;
            }
        }
    }
}
