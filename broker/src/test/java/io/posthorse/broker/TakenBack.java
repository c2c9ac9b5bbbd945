package io.posthorse.broker;

/** The answer that a message was taken back. */
record TakenBack(long end, Sending sending) implements Model.Event {
    @Override
    public boolean isAcknowledged() {
        return sending.takenBack;
    }

    @Override
    public void acknowledge() {
        sending.takenBack = !sending.mayRepeat; // otherwise it may wait elsewhere as well
    }
}
