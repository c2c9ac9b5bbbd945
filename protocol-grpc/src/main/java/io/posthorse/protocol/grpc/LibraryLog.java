package io.posthorse.protocol.grpc;

import io.grpc.StatusRuntimeException;
import io.posthorse.net.Complaints;
import io.posthorse.platform.Clock;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the gRPC library has to say to the server's own log: a line each, and not too many. By itself it writes a page
 * to the console for every connection that sends rubbish.
 */
final class LibraryLog extends Handler {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LibraryLog.class);
    /** Held, as Java forgets the settings of loggers that nobody holds. */
    private static final Logger LIBRARY = Logger.getLogger("io.grpc");

    private final Complaints complaints = new Complaints(Clock.system());

    private LibraryLog() {}

    /** Begins to take it; once is enough for all listeners of this process. */
    static synchronized void install() {
        if (LIBRARY.getUseParentHandlers()) {
            LIBRARY.setUseParentHandlers(false);
            LIBRARY.addHandler(new LibraryLog());
        }
    }

    @Override
    public synchronized void publish(LogRecord record) {
        if (!complaints.allows(record.getLoggerName())) {
            return;
        }
        Throwable cause = record.getThrown();
        String reason = cause == null ? "" : ": " + cause;
        boolean isSevere = record.getLevel().intValue() >= Level.SEVERE.intValue();
        boolean isFault = isSevere && !(cause instanceof StatusRuntimeException);
        if (isFault) {
            LOG.error("{}{}", record.getMessage(), reason, cause);
        } else {
            LOG.info("{}{}", record.getMessage(), reason);
        }
    }

    @Override
    public void flush() {
        // nothing is kept
    }

    @Override
    public void close() {
        // nothing is held
    }
}
