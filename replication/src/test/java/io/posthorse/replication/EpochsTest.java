package io.posthorse.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class EpochsTest {
    private final FaultyFileStore files = new FaultyFileStore(new SeededEntropy(1));

    private static Epochs of(long... idsAndBegins) {
        Epochs epochs = Epochs.NONE;
        for (int i = 0; i < idsAndBegins.length; i += 2) {
            epochs = epochs.begun(idsAndBegins[i], idsAndBegins[i + 1]);
        }
        return epochs;
    }

    @Test
    void twoLogsAreTheSameUpToTheEndOfTheLastEpochThatBothHave() {
        Epochs master = of(1, 0, 2, 100, 3, 200);
        assertEquals(150, master.commonEnd(300, of(1, 0, 2, 100), 150), "the slave is behind");
        assertEquals(200, master.commonEnd(300, of(1, 0, 2, 100), 250), "the slave has more of an old epoch");
        assertEquals(180, master.commonEnd(300, of(1, 0, 2, 100, 9, 180), 250), "the slave was a master since");
        assertEquals(300, master.commonEnd(300, of(1, 0, 2, 100, 3, 200), 300));
        assertEquals(-1, master.commonEnd(300, of(7, 0), 250));
        assertEquals(-1, master.commonEnd(300, of(2, 90), 250), "the same id at another place is not the same");
        assertEquals(200, master.commonEnd(300, of(1, 0, 2, 100, 3, 200, 4, 200), 250), "it began where the other did");
    }

    @Test
    void aLogThatHasOnlyAPartOfWhatItWasToldOfIsThatPart() {
        Epochs master = of(1, 0, 2, 100, 3, 200);
        assertEquals(50, master.commonEnd(300, of(1, 0, 2, 100, 3, 200), 50), "it fell behind the newest two");
        assertEquals(90, of(1, 0, 4, 90).commonEnd(300, of(1, 0, 2, 100), 95), "its master lost its end, too");
        assertEquals(50, of(1, 0, 2, 100, 4, 150).commonEnd(300, of(1, 0, 2, 100, 3, 200), 50));
    }

    @Test
    void aLogThatHadRecordsBeforeItHadEpochsIsKnownToWhoeverHasSomeOfThem() {
        Epochs given = Epochs.NONE.begun(5, 1_000);
        assertEquals(500, given.commonEnd(2_000, given, 500), "a slave that began empty, and was cut off on the way");
        assertEquals(500, given.begun(6, 900).commonEnd(2_000, given, 500), "the master lost its own end, too");
        Epochs older = new Epochs(false, List.of(new Epochs.Epoch(5, 1_000))); // of a release that noted no more
        Epochs restarted = older.begun(6, 3_000);
        assertEquals(2_500, restarted.commonEnd(3_000, older, 2_500));
        assertEquals(500, restarted.commonEnd(3_000, restarted, 500));
        assertEquals(-1, restarted.commonEnd(3_000, Epochs.NONE.begun(7, 1_000), 500), "another broker's");
        assertEquals(-1, restarted.commonEnd(3_000, Epochs.NONE, 500));
    }

    @Test
    void afterMoreStartsThanAreKeptOneOriginIsStillToldFromAnother() throws IOException {
        Epochs slave = of(1, 0, 2, 8);
        Epochs master = slave;
        for (int i = 3; i <= 3_000; i++) {
            master = master.begun(i, i * 8L);
        }
        assertTrue(master.hasGap());
        assertEquals(0, master.commonEnd(30_000, slave, 12), "everything has to be fetched anew");
        assertEquals(0, slave.commonEnd(12, master, 30_000));
        assertEquals(24_000, master.commonEnd(30_000, master, 24_000));
        assertEquals(-1, master.commonEnd(30_000, of(9, 0, 2, 16), 12));
        master.write(files);
        assertEquals(master, Epochs.read(files));
        assertTrue(master.following(true).damaged().upTo(1 << 20).hasGap());
        assertFalse(master.begun(4_000, 0).hasGap(), "nothing is left");
        Epochs promoted = master.begun(4_000, 3_000); // among those that were left out
        assertTrue(promoted.hasGap());
        assertEquals(0, promoted.commonEnd(5_000, of(1, 0), 4_000));
    }

    @Test
    void anEpochThatTheLogHasNotReachedIsLeftOut() {
        assertEquals(of(1, 0, 5, 90), of(1, 0, 2, 100).begun(5, 90));
        assertEquals(of(1, 0, 2, 100, 5, 100), of(1, 0, 2, 100).begun(5, 100));
    }

    @Test
    void aMasterThatCannotStartAddsNoEpochs() {
        Epochs epochs = of(1, 0, 2, 100);
        for (int i = 3; i < 2_000; i++) {
            epochs = epochs.begun(i, 100);
        }
        assertEquals(2, epochs.list().size());
        assertEquals(100, epochs.commonEnd(100, of(1, 0, 2, 100), 100), "a slave that has everything still fits");
        assertEquals(2, of(1, 0).begun(2, 0).list().size(), "the first one stays");
    }

    @Test
    void theFileIsReadAgainAndItsBytesStayTheSame() throws IOException {
        assertEquals(Epochs.NONE, Epochs.read(files));
        Epochs epochs = of(0x0102030405060708L, 0, 2, 4_096).following(true);
        epochs.write(files);
        assertEquals(epochs, Epochs.read(files));
        ByteBuffer bytes = ByteBuffer.allocate(100);
        try (StoredFile file = files.openExisting(Epochs.FILE)) {
            file.read(0, bytes);
        }
        assertEquals("504845504f43485300000001000000010000000201020304050607080000000000000000"
                + "00000000000000020000000000001000d2e6b61f", HexFormat.of().formatHex(bytes.array(), 0, bytes.position()));
    }

    @Test
    void onlyTheNewestAreKept() throws IOException {
        Epochs epochs = Epochs.NONE;
        for (int i = 1; i <= 3_000; i++) {
            epochs = epochs.begun(i, i * 8L);
        }
        assertEquals(Epochs.KEPT_MAX, epochs.list().size());
        assertEquals(3_000, epochs.list().getLast().id());
        epochs.write(files);
        assertEquals(epochs, Epochs.read(files));
    }

    @Test
    void noFlippedBitIsTakenForEpochs() throws IOException {
        of(11, 0, 22, 4_096).write(files);
        for (int bit = 0; bit < (24 + 2 * 16) * 8; bit++) {
            files.flipBit(Epochs.FILE, bit);
            assertTrue(assertThrows(IOException.class, () -> Epochs.read(files)).getMessage().contains("epochs"));
            files.flipBit(Epochs.FILE, bit);
        }
        assertFalse(Epochs.read(files).list().isEmpty());
    }
}
