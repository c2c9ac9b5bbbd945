package io.posthorse.cli;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The stop of a running server: asks it to stop, and waits until it has ended. Never kills it.
 *
 * @param server the server
 * @param name name for messages
 */
record Stopping(RunFile.Running server, String name) {
    private static final long WAIT_SECONDS = 60;
    private static final long LEAVE_SECONDS = 2;
    private static final long LOOK_MS = 50;

    /** Asks it to stop; where the user lacks the permission, prints that and returns false. */
    boolean ask() throws IOException {
        if (server.askToStop()) {
            return true;
        }
        System.err.println("The " + name + " cannot be stopped: it may belong to another user. Run this command as that"
                + " user.");
        return false;
    }

    /** Waits until it has ended; where it has not within a minute, or not in order, prints that and returns false. */
    boolean await() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
        while (server.runs()) {
            if (System.nanoTime() > end) {
                System.err.println("The " + name + " is still running after " + WAIT_SECONDS
                        + " seconds; its output says why. It was not killed.");
                return false;
            }
            Thread.sleep(LOOK_MS);
        }
        if (!server.leftInOrder()) {
            System.err.println("The " + name + " has ended, but not in order; its last output says"
                    + " why. Its data is checked at the next start.");
            return false;
        }
        try {
            // everything is closed by now; the process may stay in the table if no process asks for its exit code
            ProcessHandle.of(server.pid()).map(ProcessHandle::onExit).orElse(CompletableFuture.completedFuture(null))
                    .get(LEAVE_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return true;
        }
        return true;
    }
}
