package io.posthorse.replication.ratis;

import io.posthorse.replication.EntryPlace;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.ratis.server.protocol.TermIndex;

/**
 * The catch-ups for which the engine asks. It asks once and takes the result with the leader's next notification, but that
 * never comes where the leader has changed: a new one with older entries trips over what its predecessor's notification
 * left, and one with all of them sends none. So a change of leaders fails the engine's future, and the next notification
 * asks anew, while the replica's own catch-up goes on and answers both.
 */
final class CatchUps {
    private static final long PACE_MS = 100;

    private final Deliveries deliveries;
    private final long retryMs;
    private CompletableFuture<TermIndex> asked;
    /**
     * First index that this node needed next, and got no checkpoint for. A leader that asks again has no use for this node's
     * place, for it lacks the term of the entry before; then one has to fetch.
     */
    private long declined = -1;
    /** What the engine was told, and has not taken yet. */
    private EntryPlace installing;

    /** @param retryMs time after a failure before the engine hears of it, and asks again */
    CatchUps(Deliveries deliveries, long retryMs) {
        this.deliveries = deliveries;
        this.retryMs = retryMs;
    }

    /**
     * Catches up. The engine calls it within its lock.
     *
     * @param applied index of the last entry that was handed to the replica
     * @param first first entry that the leader has
     * @return the true place of the checkpoint; null where the leader's entries suffice, as for a new node of a young group
     */
    synchronized CompletableFuture<TermIndex> ask(long applied, TermIndex first) {
        boolean isNext = applied + 1 == first.getIndex();
        boolean isRepeated = isNext && first.getIndex() > 0 && declined == first.getIndex();
        declined = isNext ? first.getIndex() : -1;
        if (applied + 1 >= first.getIndex() && !isRepeated) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<TermIndex> answer = new CompletableFuture<>();
        asked = answer;
        CompletableFuture<EntryPlace> fetched = new CompletableFuture<>();
        fetched.whenComplete((place, failure) -> answer(answer, place, failure));
        // away from the engine's lock, within which this thread must not wait for room
        Thread.ofVirtual().start(() -> deliveries.catchUp(new EntryPlace(first.getTerm(), first.getIndex()), fetched));
        return answer;
    }

    private void answer(CompletableFuture<TermIndex> answer, EntryPlace place, Throwable failure) {
        if (place == null) {
            Throwable cause = failure == null ? new IllegalStateException("The group was closed") : failure;
            CompletableFuture.delayedExecutor(retryMs, TimeUnit.MILLISECONDS)
                    .execute(() -> answer.completeExceptionally(cause));
            return;
        }
        synchronized (this) {
            if (asked != answer) {
                return; // the leader has changed
            }
            asked = null;
            installing = place;
        }
        answer.complete(TermIndex.valueOf(place.term(), place.index()));
    }

    /**
     * Slows the leader down while a catch-up is under way: it repeats its notification as fast as it is answered, hundreds
     * of times a second, and each makes this node force a file. Must not be called within the engine's lock.
     */
    void slowDown() {
        CompletableFuture<TermIndex> pending;
        synchronized (this) {
            pending = asked;
        }
        if (pending != null) {
            try {
                pending.get(PACE_MS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                // either is the end of this wait
            }
        }
    }

    /** Notes that there is a new leader. */
    synchronized void leaderChanged() {
        if (asked != null) {
            asked.completeExceptionally(new IllegalStateException("The leader has changed; the new one will ask again"));
            asked = null;
        }
    }

    /** Returns whether the engine has not taken a result. Where that lasts, it never will, and only a restart helps. */
    synchronized boolean isUntaken() {
        return installing != null;
    }

    /** Returns the place that the engine installs now; null where it installs none of ours. */
    synchronized EntryPlace take() {
        EntryPlace taken = installing;
        installing = null;
        return taken;
    }
}
