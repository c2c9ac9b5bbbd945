package io.posthorse.platform;

import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/** A {@link Background} on one platform thread of its own (a blocking fsync would pin a virtual thread's carrier). */
public final class DiskThread implements Background, AutoCloseable {
    private final ExecutorService jobs;
    private final Executor owner;

    /** @param owner runs tasks on the owner's thread */
    public DiskThread(String name, Executor owner) {
        this.jobs = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().name(name).daemon(true).factory());
        this.owner = owner;
    }

    /** Runs a job, unless this has ended: nobody needs the outcome then, and {@code done} is not called. */
    @Override
    public void run(Job job, Done done) {
        try {
            jobs.execute(() -> {
                IOException failure = attempt(job);
                tell(() -> done.accept(failure));
            });
        } catch (RejectedExecutionException e) {
            // it has ended: a job that was under way until then has caused this one
        }
    }

    private void tell(Runnable outcome) {
        try {
            owner.execute(outcome);
        } catch (RejectedExecutionException e) {
            if (!jobs.isShutdown()) {
                throw e;
            } // both have ended, and nobody needs the outcome
        }
    }

    private static IOException attempt(Job job) {
        try {
            job.run();
            return null;
        } catch (IOException e) {
            return e;
        } catch (RuntimeException | Error e) {
            // the owner must learn of any failure; otherwise it would wait for ever
            return new IOException("background work failed: " + e, e);
        }
    }

    /** Ends without waiting for pending jobs, whose outcome nobody needs. */
    public void abandon() {
        jobs.shutdownNow();
    }

    /** Waits for pending jobs, at most half a minute. */
    @Override
    public void close() {
        jobs.shutdown();
        try {
            jobs.awaitTermination(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
