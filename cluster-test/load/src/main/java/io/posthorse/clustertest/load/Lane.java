package io.posthorse.clustertest.load;

import java.util.concurrent.TimeUnit;

/** Does one thing after another in a thread of its own, with a pause after each. */
public final class Lane {
    /** Factor of all pauses, for machines that have more to do than the cluster. */
    private static final int SLOWER = Integer.getInteger("clustertest.slower", 1);

    private final String name;
    private final int pauseMs;
    private final Step step;
    private Thread thread;
    private long number;
    private volatile boolean stopped;

    /** One thing to do. */
    public interface Step {
        /** Does it; what it throws is what clients throw, and it has written down what that means. */
        void run(long number) throws Exception;
    }

    /** Creates a lane that has not begun. */
    public Lane(String name, int pauseMs, Step step) {
        this.name = name;
        this.pauseMs = pauseMs * SLOWER;
        this.step = step;
    }

    void begin() {
        stopped = false;
        thread = new Thread(this::run, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void run() {
        for (; !stopped; number++) {
            try {
                step.run(number);
            } catch (Exception e) {
                System.out.println(name + " " + number + ": " + e);
            }
            pause(pauseMs);
        }
    }

    /** Ends after the step that is under way. */
    void end() throws InterruptedException {
        stopped = true;
        thread.join(TimeUnit.SECONDS.toMillis(60));
        if (thread.isAlive()) {
            throw new IllegalStateException(name + " hangs at " + number);
        }
    }

    private static void pause(int ms) {
        try {
            TimeUnit.MILLISECONDS.sleep(ms);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
