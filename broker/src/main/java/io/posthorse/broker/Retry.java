package io.posthorse.broker;

/** A request that is tried again once old messages have come from the disk. Used on the owner's thread only. */
public final class Retry {
    private Runnable again = () -> { };
    private boolean reading;

    /** Says how to try again. */
    public void onRead(Runnable tryAgain) {
        again = tryAgain;
    }

    /** Whether messages are being read for it: it need not be tried before. */
    public boolean isReading() {
        return reading;
    }

    void begins() {
        reading = true;
    }

    void ends() {
        reading = false;
        again.run();
    }
}
