package io.posthorse.broker;

/** A request that is tried again once old messages have come from the disk. Used on the owner's thread only. */
public final class RetriedRequest {
    /** Maximum reads of old messages for one request. */
    private static final int ROUNDS_MAX = 1_000;
    /** Delay before a request is tried again soon, in ms, during which others go first. */
    public static final long SOON_MS = 5;

    private final int bytes;
    private Runnable again = () -> { };
    private boolean reading;
    private boolean soon;
    private int rounds;

    public RetriedRequest() {
        this(0);
    }

    /** @param bytes bytes of memory that the waiting request holds */
    public RetriedRequest(int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    /** Sets the action that tries again. */
    public void onRead(Runnable tryAgain) {
        again = tryAgain;
    }

    /** Returns whether messages are being read for it, so that an earlier try is useless. */
    public boolean isReading() {
        return reading;
    }

    /** Sets whether it is tried again soon: it made progress, and found nothing yet. */
    public void soon(boolean gotOn) {
        soon = gotOn;
    }

    /** Returns whether it is to be tried again after {@link #SOON_MS}. */
    public boolean isSoon() {
        return soon;
    }

    /** Begins to read; returns false after too many reads. */
    boolean begins() {
        reading = ++rounds <= ROUNDS_MAX;
        return reading;
    }

    void ends() {
        reading = false;
        again();
    }

    /** Runs the try, also the first one. */
    public void again() {
        again.run();
    }
}
