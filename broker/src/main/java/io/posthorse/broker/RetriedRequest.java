package io.posthorse.broker;

/** A request that is tried again once old messages have come from the disk. Used on the owner's thread only. */
public final class RetriedRequest {
    /** How often old messages are read for one request. */
    private static final int ROUNDS_MAX = 1_000;
    /** So long others go first when a request is to be tried again soon, ms. */
    public static final long SOON_MS = 5;

    private final int bytes;
    private Runnable again = () -> { };
    private boolean reading;
    private boolean soon;
    private int rounds;

    public RetriedRequest() {
        this(0);
    }

    /** @param bytes what is kept of the request */
    public RetriedRequest(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    /** Says how to try again. */
    public void onRead(Runnable tryAgain) {
        again = tryAgain;
    }

    /** Whether messages are being read for it: it need not be tried before. */
    public boolean isReading() {
        return reading;
    }

    /** Says whether it is to be tried again at once: it got on, and found nothing yet. */
    public void soon(boolean gotOn) {
        soon = gotOn;
    }

    /** Whether it is to be tried again after {@link #SOON_MS}. */
    public boolean isSoon() {
        return soon;
    }

    /** Begins to read; false where that was done often enough. */
    boolean begins() {
        reading = ++rounds <= ROUNDS_MAX;
        return reading;
    }

    void ends() {
        reading = false;
        again();
    }

    /** Tries, also for the first time. */
    public void again() {
        again.run();
    }
}
