package io.posthorse.server;

import io.posthorse.broker.GroupReplica;
import io.posthorse.platform.Clock;
import io.posthorse.replication.ReplicatedLog;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Hands leadership over without failing what is under way. */
final class HandOver {
    private static final long LOOK_NS = 2_000_000;

    private final Proposals proposals;
    private final Supplier<ReplicatedLog> log;
    private final Supplier<LentCopy.Present> present;

    HandOver(Proposals proposals, Supplier<ReplicatedLog> log, Supplier<LentCopy.Present> present) {
        this.proposals = proposals;
        this.log = log;
        this.present = present;
    }

    /**
     * Hands leadership over once what was proposed is agreed on.
     *
     * @param node name of the next leader; null for any
     * @throws IOException where that takes longer than the limit, or the engine refuses
     */
    void to(String node, long limitMs) throws IOException {
        try {
            awaitAgreed(proposals.hold().get(limitMs, TimeUnit.MILLISECONDS), limitMs);
            log.get().transfer(node).get(limitMs, TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } catch (TimeoutException e) {
            throw new IOException("leadership was not handed over within " + limitMs + " ms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        } finally {
            proposals.release();
        }
    }

    private void awaitAgreed(long end, long limitMs) throws IOException {
        Clock clock = Clock.system();
        long until = clock.nanos() + limitMs * 1_000_000;
        while (clock.nanos() < until) {
            LentCopy.Present now = present.get();
            GroupReplica copy = now.copy();
            if (copy == null || now.node().network().onOwner(() -> copy.point().position()) >= end) {
                return;
            }
            LockSupport.parkNanos(LOOK_NS);
        }
        throw new IOException("a majority has not agreed on what is under way within " + limitMs + " ms");
    }
}
