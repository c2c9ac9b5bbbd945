package io.posthorse.clustertest.round;

import io.posthorse.clustertest.lab.Node;
import java.util.List;
import java.util.Optional;

/** The view of a node that is no cluster: it leads while it is ready. */
final class LoneNode implements ClusterView {
    private final Node node;
    private boolean wasReady;
    private long term;

    LoneNode(Node node) {
        this.node = node;
    }

    @Override
    public Optional<State> now() {
        boolean ready = node.isReady();
        term += ready && !wasReady ? 1 : 0;
        wasReady = ready;
        return Optional.of(new State(List.of(new Member(node.name(), ready ? "LEADING" : "DOWN", term, 0)),
                ready ? node.name() : ""));
    }
}
