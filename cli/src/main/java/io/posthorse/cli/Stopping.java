package io.posthorse.cli;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The stop of a running server: asks it to, and waits until it has ended. Never kills.
 *
 * @param server the server
 * @param name what messages call it
 */
record Stopping(RunFile.Running server, String name) {
    private static final long WAIT_SECONDS = 60;
    private static final long LEAVE_SECONDS = 2;
    private static final long LOOK_MS = 50;

    /** Asks it to stop; where that is not allowed, says so and returns false. */
    boolean ask() throws IOException {
        if (server.askToStop()) {
            return true;
        }
        System.err.println("The " + name + " cannot be told to end; it may be another user's: call this as that user.");
        return false;
    }

    /** Waits until it has ended; where it has not in a minute, or not in order, says so and returns false. */
    boolean await() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (server.runs()) {
            if (System.nanoTime() > end) {
                System.err.println("The " + name + " is still ending after " + WAIT_SECONDS
                        + " seconds; what it prints says why. It was not killed.");
                return false;
            }
            Thread.sleep(LOOK_MS);
        }
        if (!server.leftInOrder()) {
            System.err.println("The " + name + " has ended, but not in order; what it printed last says"
                    + " why. Its data is checked at the next start.");
            return false;
        }
        try {
            // all is closed by now; where nobody asks for its exit code, the process stays in the table, and that is all
            ProcessHandle.of(server.pid()).map(ProcessHandle::onExit).orElse(CompletableFuture.completedFuture(null))
                    .get(LEAVE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return true;
        }
        return true;
    }
}
