package io.posthorse.log;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The end of a log that its master never had. */
class DivergentTailTest {
    private final LogWorld world;
    private final long common;
    private final long end;
    private final FaultyFileStore files;

    DivergentTailTest() throws IOException {
        world = LogWorld.empty(LogWorld.ASYNC);
        world.turn(0, "common");
        common = world.log().tail();
        for (int i = 0; i < 100; i++) {
            world.turn(0, "differs ".repeat(200) + i);
        }
        end = world.log().tail();
        files = world.files.crash(false);
    }

    private List<String> quarantined() throws IOException {
        return files.list().stream().filter(name -> name.startsWith("quarantine-")).sorted().toList();
    }

    private ByteBuffer bytes(String name) throws IOException {
        try (StoredFile file = files.openExisting(name)) {
            ByteBuffer bytes = ByteBuffer.allocate((int) file.size());
            file.read(0, bytes);
            return bytes.flip();
        }
    }

    @Test
    void allOfItsRecordsAreCopiedAndCounted() throws IOException {
        DivergentTail tail = DivergentTail.setAside(files, common, end);
        assertEquals(100, tail.messages());
        assertEquals(0, tail.segment());
        assertTrue(tail.files().size() > 2, "several segments");
        assertEquals(quarantined(), tail.files());
        assertEquals(tail.bytes(), tail.files().stream().mapToLong(name -> {
            try {
                return bytes(name).limit();
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }).sum());
    }

    @Test
    void whatWasSetAsideBeforeIsNeverWrittenOver() throws IOException {
        String first = DivergentTail.setAside(files, common, end).files().getFirst();
        ByteBuffer before = bytes(first);
        files.flipBit(Segment.name(0), (common + 100) * 8); // other records at the same position
        List<String> again = DivergentTail.setAside(files, common, end).files();
        assertEquals(first + "-2", again.getFirst());
        assertEquals(before, bytes(first));
        assertEquals(before.limit(), bytes(first + "-2").limit());
        assertTrue(!before.equals(bytes(first + "-2")));
    }

    @Test
    void attemptsThatAreRepeatedTakeNoMoreRoom() throws IOException {
        List<String> first = DivergentTail.setAside(files, common, end).files();
        assertEquals(first, DivergentTail.setAside(files, common, end).files());
        assertEquals(first, quarantined());
    }

    @Test
    void aFullDiskLeavesNothingHalfCopied() throws IOException {
        files.capacity(files.totalBytes() - files.usableBytes() + (90 << 10)); // room for one of several
        String refusal = assertThrows(
                IOException.class, () -> DivergentTail.setAside(files, common, end)).getMessage();
        assertTrue(refusal.contains("Make room"), refusal);
        assertEquals(List.of(), quarantined());
    }
}
