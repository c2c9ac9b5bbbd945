package io.posthorse.broker;

import java.io.IOException;

/** Replies that wait until the log has committed what they acknowledge. */
public interface PendingReplies {
    /**
     * Everything below a position is committed.
     *
     * @return whether replies remain that wait for more
     */
    boolean committed(long position);

    /** Nothing more will be committed by this run: answer what waits with a failure. */
    void failed(IOException cause);
}
