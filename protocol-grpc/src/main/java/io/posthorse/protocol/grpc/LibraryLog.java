package io.posthorse.protocol.grpc;

import io.grpc.StatusRuntimeException;
import io.posthorse.net.LogLimiter;
import io.posthorse.platform.Clock;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the gRPC library has to say to the server's own log: a line each, and not too many. By itself it writes a page
 * to the console for every connection that sends rubbish. Somebody else in this JVM may have a gRPC of their own, for
 * Java's loggers are shared by all class loaders: what is logged on their threads goes where it went before.
 */
final class LibraryLog extends Handler {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LibraryLog.class);
    /** Held, as Java forgets the settings of loggers that nobody holds. */
    private static final Logger LIBRARY = Logger.getLogger("io.grpc");

    private final LogLimiter complaints = new LogLimiter(Clock.system());
    private final ClassLoader ours;
    /** Whether others' records go on to the handlers above. */
    private final boolean goesOn;

    LibraryLog(ClassLoader ours, boolean goesOn) {
        this.ours = ours;
        this.goesOn = goesOn;
    }

    /** Begins to take it; once is enough for all listeners of this process. */
    static synchronized void install() {
        for (Handler handler : LIBRARY.getHandlers()) {
            if (handler instanceof LibraryLog) {
                return;
            }
        }
        boolean goesOn = LIBRARY.getUseParentHandlers();
        LIBRARY.addHandler(new LibraryLog(LibraryLog.class.getClassLoader(), goesOn));
        LIBRARY.setUseParentHandlers(false);
    }

    @Override
    public void publish(LogRecord record) {
        if (Thread.currentThread().getContextClassLoader() == ours) {
            own(record);
        } else if (goesOn) {
            others(record);
        }
    }

    /** As the logger itself does where it has handlers above it. */
    private static void others(LogRecord record) {
        for (Logger above = LIBRARY.getParent(); above != null; above = above.getParent()) {
            for (Handler handler : above.getHandlers()) {
                handler.publish(record);
            }
            if (!above.getUseParentHandlers()) {
                return;
            }
        }
    }

    private synchronized void own(LogRecord record) {
        if (record.getLevel().intValue() < Level.INFO.intValue() || !complaints.allows(record.getLoggerName())) {
            return; // somebody else may have asked for more
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

    /** Called by whoever resets Java's logging, and with it takes this handler away: then all is as it was. */
    @Override
    public void close() {
        LIBRARY.setUseParentHandlers(goesOn);
    }
}
