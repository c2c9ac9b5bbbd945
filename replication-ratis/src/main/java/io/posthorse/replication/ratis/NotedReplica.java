package io.posthorse.replication.ratis;

import io.posthorse.log.Batch;
import io.posthorse.replication.EntryPlace;
import io.posthorse.replication.ReplicatedLog.Replica;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/**
 * A replica whose first entry is noted in the node's mark: from then on the engine's log must not be lost. Where the engine
 * has closed itself, it is told why.
 */
final class NotedReplica implements Replica {
    private final Replica replica;
    private final KnownNodes known;
    private final Path engine;
    private final UnaryOperator<Throwable> explanation;
    private boolean isNoted;

    /**
     * @param engine directory of the engine's files
     * @param explanation returns why the engine has closed itself; may wait for other nodes
     */
    NotedReplica(Replica replica, KnownNodes known, Path engine, UnaryOperator<Throwable> explanation) {
        this.engine = engine;
        this.replica = replica;
        this.known = known;
        this.explanation = explanation;
    }

    private void note() {
        if (isNoted) {
            return;
        }
        isNoted = true;
        try {
            known.reached(NodeMark.Phase.ENTRIES);
        } catch (IOException e) {
            replica.failed(e);
        }
    }

    @Override
    public EntryPlace restored() {
        return replica.restored();
    }

    @Override
    public EntryPlace dispensable() {
        return replica.dispensable();
    }

    @Override
    public void committed(EntryPlace place, Batch batch) {
        note();
        replica.committed(place, batch);
    }

    @Override
    public void passed(EntryPlace place) {
        note();
        replica.passed(place);
    }

    @Override
    public void leading(long term) {
        replica.leading(term);
    }

    @Override
    public void fell(long term) {
        replica.fell(term);
    }

    @Override
    public void following(String leader) {
        replica.following(leader);
    }

    @Override
    public CompletableFuture<EntryPlace> catchUp(EntryPlace first) {
        return replica.catchUp(first).thenApply(place -> {
            try {
                OutrunLog.note(engine);
                return place;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public void failed(Throwable cause) {
        if (cause instanceof ClosedException) {
            Thread.ofVirtual().name("posthorse-removal").start(() -> replica.failed(explanation.apply(cause)));
        } else {
            replica.failed(cause);
        }
    }
}
