package io.posthorse.testkit;

import io.posthorse.platform.Background;
import java.io.IOException;
import java.util.ArrayDeque;

/**
 * Background work without a thread: the simulation decides when the next job runs, and separately when its outcome reaches
 * the owner. Jobs and outcomes are each in order.
 */
public final class SimulatedBackground implements Background {
    private final ArrayDeque<Queued> jobs = new ArrayDeque<>();
    private final ArrayDeque<Runnable> outcomes = new ArrayDeque<>();

    private record Queued(Job job, Done done) {}

    @Override
    public void run(Job job, Done done) {
        jobs.add(new Queued(job, done));
    }

    public boolean hasJobs() {
        return !jobs.isEmpty();
    }

    public boolean hasOutcomes() {
        return !outcomes.isEmpty();
    }

    /** Runs the next job, if there is one; its outcome waits. */
    public void runJob() {
        Queued next = jobs.poll();
        if (next == null) {
            return;
        }
        IOException failure = null;
        try {
            next.job.run();
        } catch (IOException e) {
            failure = e;
        }
        IOException outcome = failure;
        outcomes.add(() -> next.done.accept(outcome));
    }

    /** Delivers the next outcome to the owner, if there is one. */
    public void deliver() {
        Runnable next = outcomes.poll();
        if (next != null) {
            next.run();
        }
    }

    /** Runs jobs and delivers outcomes until nothing is left, including the jobs that outcomes start. */
    public void drain() {
        while (hasJobs() || hasOutcomes()) {
            runJob();
            deliver();
        }
    }
}
