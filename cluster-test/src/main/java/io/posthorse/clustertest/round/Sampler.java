package io.posthorse.clustertest.round;

import io.posthorse.clustertest.round.ClusterView.State;
import io.posthorse.clustertest.round.Timeline.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Looks at a cluster all the time. */
final class Sampler implements AutoCloseable {
    private static final long PAUSE_MS = 50;

    private final ClusterView view;
    private final List<Sample> samples = new ArrayList<>();
    private final Thread thread = new Thread(this::run, "sampler");
    private volatile boolean stopped;

    Sampler(ClusterView view) {
        this.view = view;
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        while (!stopped) {
            Optional<State> state;
            try {
                state = view.now();
            } catch (Exception e) {
                state = Optional.empty(); // a node that ends just now
            }
            synchronized (this) {
                samples.add(new Sample(System.nanoTime(), state));
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    synchronized List<Sample> samples() {
        return List.copyOf(samples);
    }

    /** Returns the node that led when it was last seen; empty where none did. */
    String leader() {
        List<Sample> all = samples();
        return all.isEmpty() ? "" : all.getLast().state().map(State::leader).orElse("");
    }

    /** Waits until all nodes have everything; returns whether that was so in time. */
    boolean awaitWhole(int nodes, long limitMs) throws InterruptedException {
        long begin = System.nanoTime();
        while (samples().stream().noneMatch(one -> one.at() > begin
                && one.state().map(state -> state.isWhole(nodes)).orElse(false))) {
            if (System.nanoTime() - begin > TimeUnit.MILLISECONDS.toNanos(limitMs)) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
        return true;
    }

    @Override
    public void close() {
        stopped = true;
        thread.interrupt();
    }
}
