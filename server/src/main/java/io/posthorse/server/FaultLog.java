package io.posthorse.server;

import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reporter of failures of single messages, clients and answers in the server log: the first ones with their stack
 * traces, and of further ones only a part.
 */
final class FaultLog implements BiConsumer<String, Throwable> {
    private static final Logger LOG = LoggerFactory.getLogger(FaultLog.class);
    /** Number of failures that are written with stack traces; after them one in this number is written. */
    private static final int WHOLE = 100;

    private long count;

    @Override
    public void accept(String what, Throwable cause) {
        count++;
        if (count <= WHOLE) {
            LOG.error("A failure in {}: {}. Nothing else is affected; please report it.", what, cause.toString(), cause);
        } else if (count % WHOLE == 0) {
            LOG.error("A failure in {}: {}. There were {} failures since the start.", what, cause.toString(), count);
        }
    }
}
