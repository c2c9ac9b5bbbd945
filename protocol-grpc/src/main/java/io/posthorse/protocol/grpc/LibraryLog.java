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
 * The bridge from the gRPC library's log to the server log: one line for each record, within a limit. By default the
 * library writes a page to the console for every connection that sends random bytes. All class loaders share Java's
 * loggers, so other code in this JVM may use its own gRPC: records of its threads go where they went before.
 */
final class LibraryLog extends Handler {
    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(LibraryLog.class);
    /** Held, since Java drops the settings of loggers that are not referenced. */
    private static final Logger LIBRARY = Logger.getLogger("io.grpc");

    private final LogLimiter complaints = new LogLimiter(Clock.system());
    private final ClassLoader ours;
    /** Whether records of other code are passed to the handlers above. */
    private final boolean passesOn;

    LibraryLog(ClassLoader ours, boolean passesOn) {
        this.ours = ours;
        this.passesOn = passesOn;
    }

    /** Installs the bridge; all listeners of this process share it. */
    static synchronized void install() {
        for (Handler handler : LIBRARY.getHandlers()) {
            if (handler instanceof LibraryLog) {
                return;
            }
        }
        boolean passesOn = LIBRARY.getUseParentHandlers();
        LIBRARY.addHandler(new LibraryLog(LibraryLog.class.getClassLoader(), passesOn));
        LIBRARY.setUseParentHandlers(false);
    }

    @Override
    public void publish(LogRecord record) {
        if (Thread.currentThread().getContextClassLoader() == ours) {
            own(record);
        } else if (passesOn) {
            others(record);
        }
    }

    /** Passes a record to the handlers above, as the logger itself does. */
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
            return; // other code may have set a finer level
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
        // no buffer
    }

    /** Restores the previous settings; called where the JVM's logging is reset, which removes this handler. */
    @Override
    public void close() {
        LIBRARY.setUseParentHandlers(passesOn);
    }
}
