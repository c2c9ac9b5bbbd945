package io.posthorse.server;

import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes failures of single messages, clients and answers to the log: the first ones whole, of a flood no more than their
 * number.
 */
final class FaultLog implements BiConsumer<String, Throwable> {
    private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);
    /** Failures that are written whole; behind that one in so many is. */
    private static final int WHOLE = 100;

    private long count;

    @Override
    public void accept(String what, Throwable cause) {
        count++;
        if (count <= WHOLE) {
            LOG.error("A failure in {}: {}. It costs no more than that; please report it.", what, cause.toString(), cause);
        } else if (count % WHOLE == 0) {
            LOG.error("A failure in {}: {}. There were {} since the start.", what, cause.toString(), count);
        }
    }
}
