package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.broker.Broker;
import io.posthorse.log.DivergentTail;
import io.posthorse.log.Import;
import io.posthorse.replication.Epochs;
import io.posthorse.replication.Peers;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SimulatedBackground;
import io.posthorse.testkit.StoppedError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The replacement of a slave's copy, which the master's takes the place of. */
class CopyReplacementTest {
    private static final String FIRST = "%020d.log".formatted(0);

    private final RolesWorld world = new RolesWorld(3);
    private final List<String> done = new ArrayList<>();
    private FaultyFileStore files;
    private Epochs epochs;
    private long end;
    private final List<Exception> failures = new ArrayList<>();
    private boolean isMasterThere = true;

    /** Lets a master and its slave get some segments; the slave's directory is that of the test from then on. */
    CopyReplacementTest() throws IOException {
        world.master.open();
        world.slave.open();
        for (int i = 0; i < 60; i++) {
            world.master.act();
            world.master.rest();
        }
        world.calm();
        end = world.slave.copy.end();
        files = world.slaveFiles.crash(false);
        epochs = Epochs.read(files);
        assertTrue(end > 2 << 16, "several segments");
    }

    private CompletableFuture<ByteBuffer> ask(ByteBuffer request) {
        try {
            if (!isMasterThere) {
                throw new IOException("the link has ended");
            }
            return CompletableFuture.completedFuture(world.master.catchUps.answer("s", request));
        } catch (IOException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void replace(long common) throws IOException {
        Peers master = (node, request) -> ask(request);
        new CopyReplacement(files, new Noting()).replace(master, common, 0, world.master.epochs());
    }

    private void assertMastersBytes(String name) throws IOException {
        assertEquals(RolesComparison.bytes(world.masterFiles, name, 1 << 16), RolesComparison.bytes(files, name, 1 << 16));
    }

    @Test
    void whatIsTheSameStaysAndTheRestIsFetched() throws IOException {
        files.flipBit(FIRST, 8 * 3_000); // nobody knows of it, and it is below what differs
        replace(end - 100);
        assertEquals(List.of("abandon", "set aside from " + (end - 100), "has", "open"), done);
        assertThrows(AssertionError.class, () -> assertMastersBytes(FIRST));
    }

    @Test
    void aDamagedCopyKeepsNothingOfItsOwnThoughItsEndDiffersToo() throws IOException {
        files.flipBit(FIRST, 8 * 3_000);
        epochs = epochs.damaged();
        replace(end - 100);
        assertMastersBytes(FIRST);
        assertFalse(epochs.isDamaged(), "it is whole now");
        assertFalse(Epochs.read(files).isDamaged());
    }

    @Test
    void aCopyThatCannotBeOpenedIsTriedAgain() throws IOException {
        failures.add(new IOException("the port is taken"));
        failures.add(new IllegalStateException("the server could not be started or stopped"));
        replace(-1);
        assertEquals(List.of("abandon", "has", "cannot open", "pause", "cannot open", "pause", "open"), done);
    }

    @Test
    void theOldCopyIsOpenedWhereTheMasterIsGone() {
        isMasterThere = false;
        assertThrows(IOException.class, () -> replace(-1));
        assertEquals(List.of("abandon", "open"), done);
    }

    @Test
    void aSlaveThatIsPromotedInTheMiddleOfAFetchFinishesOrForgetsIt() throws IOException {
        int begun = 0;
        int completed = 0;
        FaultyFileStore before = files;
        epochs = epochs.damaged(); // so that everything is fetched
        for (int operations = 0; begun * completed < 9 && operations < 3_000; operations += 1 + operations / 20) {
            files = before.crash(false);
            files.stopAfter(operations);
            try {
                replace(-1);
                break;
            } catch (StoppedError e) {
                files = files.crash(false);
            }
            completed += Import.isUnderWay(files) ? 1 : 0;
            begun += !Import.isUnderWay(files) && hasIncoming() ? 1 : 0;
            MasterEpochs promoted = new MasterEpochs(files, true, () -> 77);
            Broker broker = promoted.open(
                    files, world.log, new SimulatedBackground(), world.settings(), List.of(new PlainFormat()));
            assertFalse(hasIncoming(), "after " + operations + " operations");
            assertEquals(List.of(), broker.openingReport());
            assertEquals(world.master.broker.topics().size(), broker.topics().size());
        }
        assertTrue(begun > 0 && completed > 0, begun + " begun, " + completed + " completed");
    }

    private boolean hasIncoming() throws IOException {
        return files.list().stream().anyMatch(name -> name.equals("incoming") || name.startsWith("incoming-"));
    }

    /** A slave that notes what is done with its copy. */
    private final class Noting implements CopyReplacement.Slave {
        @Override
        public Epochs epochs() {
            return epochs;
        }

        @Override
        public void has(Epochs stored) {
            done.add("has");
            epochs = stored;
        }

        @Override
        public long abandon() {
            done.add("abandon");
            return end;
        }

        @Override
        public void open() throws IOException {
            if (!failures.isEmpty()) {
                switch (failures.removeFirst()) {
                    case IOException e -> throw e;
                    case RuntimeException e -> throw e;
                    case Exception e -> throw new AssertionError(e);
                }
            }
            done.add("open");
        }

        @Override
        public boolean isClosed() {
            return false;
        }

        @Override
        public boolean isMasterThere() {
            return isMasterThere;
        }

        @Override
        public void pause() {
            done.add("pause");
        }

        @Override
        public void progressed() {
            // the link waits meanwhile
        }

        @Override
        public void setAside(long common, DivergentTail tail) {
            done.add("set aside from " + common);
        }

        @Override
        public void cannotOpen(Exception why) {
            done.add("cannot open");
        }
    }
}
