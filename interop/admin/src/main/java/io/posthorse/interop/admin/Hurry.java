package io.posthorse.interop.admin;

import java.util.concurrent.TimeUnit;

/**
 * Shortens the shutdown of the released client, which after many commands waits 3 s for its event thread. While a command
 * waits for that thread, this class interrupts it, so that it ends.
 */
public final class Hurry extends Thread {

    private static final String LISTENER = "NettyEventExecutor";

    private final Thread command;

    private Hurry(Thread command) {
        super("hurry");
        this.command = command;
        setDaemon(true);
    }

    /** Begins to watch the calling thread. */
    public static void begin() {
        new Hurry(Thread.currentThread()).start();
    }

    @Override
    public void run() {
        try {
            while (command.isAlive()) {
                TimeUnit.MILLISECONDS.sleep(30);
                if (isWaiting()) {
                    Thread.getAllStackTraces().keySet().stream()
                            .filter(t -> t.getName().contains(LISTENER))
                            .forEach(Thread::interrupt);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isWaiting() {
        for (StackTraceElement frame : command.getStackTrace()) {
            if (frame.getClassName().endsWith(".ServiceThread") && frame.getMethodName().equals("shutdown")) {
                return true;
            }
        }
        return false;
    }
}
