package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.DiskFileStore;
import io.posthorse.testkit.SimulatedBackground;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Pages that the disk can't deliver (c4), as a real mapping shows them: the file is cut behind its back, and what reads
 * there faults. A fault in the wrong place ends the JVM, and this test with it.
 */
class UnreadablePagesTest {
    private static final LogSettings SETTINGS = new LogSettings(1 << 20, 1 << 18, 1 << 12, false);
    private static final int MESSAGES = 600;
    private static final int BYTES = 1_000;
    private static final int KEPT = 40 * 4096;

    @TempDir
    Path directory;

    /** A state that only remembers where its records are. */
    private static final class Positions extends NoState {
        private final List<Long> found = new ArrayList<>();

        @Override
        public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {
            sink.accept(1);
        }

        @Override
        public void record(ByteBuffer bytes, int at, long position, int length) {
            found.add(position);
        }
    }

    private void write() throws IOException {
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            SimulatedBackground background = new SimulatedBackground();
            Store store = Store.open(files, SETTINGS, background, new Index(), new Positions());
            store.start();
            for (int i = 0; i < MESSAGES; i++) {
                assertTrue(store.log().admits(BYTES, 1, false));
                store.log().reserve(BYTES);
                store.log().staging().payload().put(new byte[BYTES]);
                store.log().seal((byte) 100, 1, false);
                store.log().write();
            }
            store.log().force();
            background.drain(); // and no clean end, so that the next one reads it all
        }
    }

    /** From now on the pages behind the first ones can't be read. */
    private void cut() throws IOException {
        try (FileChannel file = FileChannel.open(directory.resolve(Segment.name(0)), StandardOpenOption.WRITE)) {
            file.truncate(KEPT);
        }
    }

    @Test
    void c4_anUnreadablePageCostsOnlyItsMessages() throws IOException {
        write();
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            Positions state = new Positions();
            Store store = Store.open(files, SETTINGS, new SimulatedBackground(), new Index(), state);
            store.start();
            assertEquals(MESSAGES, state.found.size());
            for (int i = 0; i < 40; i++) { // often enough for the compilers, before and behind the fault
                state.found.forEach(position -> assertTrue(store.log().readable(position)));
            }
            cut();
            LogView view = store.log().view();
            for (int i = 0; i < 40; i++) {
                for (long position : state.found) {
                    boolean whole = position + RecordFormat.PAYLOAD + BYTES <= KEPT;
                    assertEquals(whole, store.log().readable(position), "by the owner, at " + position);
                    assertEquals(whole, view.bytes(position) != null, "by the reader, at " + position);
                }
            }
        }
    }

    @Test
    void c4_anUnreadablePageOfThisRunCostsOnlyItsMessages() throws IOException {
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            Store store = Store.open(files, SETTINGS, new SimulatedBackground(), new Index(), new Positions());
            store.start();
            List<Long> positions = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                store.log().admits(BYTES, 1, false);
                store.log().reserve(BYTES);
                store.log().staging().payload().put(new byte[BYTES]);
                positions.add(store.log().seal((byte) 100, 1, false));
                store.log().write();
            }
            store.log().forceJob().run();
            cut();
            assertTrue(store.log().readable(positions.get(0)));
            assertFalse(store.log().readable(positions.get(MESSAGES - 1)));
        }
    }

    @Test
    void c4_aStartSkipsUnreadablePages() throws IOException {
        write();
        try (DiskFileStore files = DiskFileStore.open(directory)) {
            Positions state = new Positions();
            Recovery recovery = new Recovery(files, SETTINGS, state);
            recovery.segments().forEach(Segment::bytes);
            cut(); // between the mapping and the reading
            RecoveryResult recovered = recovery.run(0);
            assertTrue(state.found.size() > 100, "what can be read is there");
            assertTrue(state.found.getLast() + RecordFormat.PAYLOAD + BYTES <= KEPT);
            assertFalse(recovered.damages().isEmpty(), "it was on stable storage once, so it is damage and no torn tail");
        }
    }
}
