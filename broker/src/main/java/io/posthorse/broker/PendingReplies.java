package io.posthorse.broker;

import java.io.IOException;

/** The replies that wait until the log has committed what they acknowledge. */
public interface PendingReplies {
    /**
     * Sends the replies up to a committed position.
     *
     * @return whether replies remain that wait for more
     */
    boolean committed(long position);

    /** Answers all waiting replies with a failure: this run commits nothing more. */
    void failed(IOException cause);
}
