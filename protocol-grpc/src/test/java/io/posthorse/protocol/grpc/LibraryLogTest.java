package io.posthorse.protocol.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.net.URL;
import java.net.URLClassLoader;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The records that go to the server log: those of the server's class loader, and no others of this JVM. */
class LibraryLogTest {
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger LIBRARY = Logger.getLogger("io.grpc");
    private static final Logger FRAMES = Logger.getLogger("io.grpc.netty.NettyServerHandler");

    private final List<String> console = new ArrayList<>();
    private final Handler listener = new Handler() {
        @Override
        public void publish(LogRecord record) {
            console.add(record.getMessage());
        }

        @Override
        public void flush() { }

        @Override
        public void close() { }
    };

    @BeforeEach
    void install() {
        ROOT.addHandler(listener);
        LibraryLog.install();
        LibraryLog.install();
    }

    @AfterEach
    void remove() {
        ROOT.removeHandler(listener);
        LIBRARY.setLevel(null);
    }

    private static void log(ClassLoader loader, Level level, String text) throws Exception {
        Thread thread = new Thread(() -> FRAMES.log(level, text));
        thread.setContextClassLoader(loader);
        thread.start();
        thread.join();
    }

    @Test
    void recordsOfOtherCodeGoWhereTheyWentBefore() throws Exception {
        try (URLClassLoader other = new URLClassLoader(new URL[0])) {
            log(other, Level.WARNING, "theirs");
            log(LibraryLog.class.getClassLoader(), Level.WARNING, "ours");
            LIBRARY.setLevel(Level.FINE);
            log(other, Level.FINE, "theirs, at their own level");
            log(LibraryLog.class.getClassLoader(), Level.FINE, "ours");
        }
        assertEquals(List.of("theirs", "theirs, at their own level"), console);
    }

    @Test
    void aResetOfJavasLoggingRestoresTheHandlers() throws Exception {
        for (Handler handler : LIBRARY.getHandlers()) {
            LIBRARY.removeHandler(handler);
            handler.close();
        }
        log(LibraryLog.class.getClassLoader(), Level.WARNING, "on the console again");
        assertEquals(List.of("on the console again"), console);
    }

    @Test
    void theLevelsOfOtherLoggersAreUnchanged() throws Exception {
        Class.forName(GrpcListener.class.getName());
        assertEquals(null, FRAMES.getLevel());
        assertFalse(Logger.getLogger("io.posthorse.protocol.grpc.frames").isLoggable(Level.SEVERE));
    }
}
