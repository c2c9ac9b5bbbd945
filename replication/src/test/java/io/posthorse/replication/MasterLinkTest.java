package io.posthorse.replication;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.GoneException;
import io.posthorse.log.Shipment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** A master in front of somebody who says that he is its slave. */
class MasterLinkTest {
    private static final byte[] NONCE = new byte[16];
    private static final Epochs OF_MASTER =
            new Epochs(false, List.of(new Epochs.Epoch(1, 0), new Epochs.Epoch(2, 400)));

    private final List<LinkMessage> heard = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private final LinkKey key = new LinkKey(new byte[] {1});
    private LinkKey ofSlave = key;
    private boolean isClosed;
    private boolean isGone;
    private long nowMs;
    private final MasterLink link = new MasterLink(new Master(), new OfMaster(), new Heard(), "r:1", NONCE);

    private void says(LinkMessage message) {
        link.received(LinkCodec.encode(message));
    }

    private void admit(long end, boolean isEmpty, Epochs epochs) {
        link.received(LinkCodec.preface());
        LinkMessage.Hello hello = new LinkMessage.Hello(
                "c", "b", 1, "h:1", 1 << 16, end, isEmpty, false, epochs, new byte[16], new byte[0]);
        says(new LinkMessage.Hello(
                "c", "b", 1, "h:1", 1 << 16, end, isEmpty, false, epochs, new byte[16],
                ofSlave.ofSlave(new byte[0], NONCE, hello)));
    }

    @Test
    void aSlaveThatHasProvenItselfGetsTheMastersProofBeforeAnythingElse() {
        admit(0, true, Epochs.NONE);
        assertTrue(heard.get(0) instanceof LinkMessage.Greeting);
        LinkMessage.Hello hello = new LinkMessage.Hello(
                "c", "b", 1, "h:1", 1 << 16, 0, true, false, new Epochs(true, List.of()), new byte[16], new byte[0]);
        assertArrayEquals(
                key.ofMaster(new byte[0], NONCE, hello), ((LinkMessage.Proof) heard.get(1)).proof());
        assertTrue(heard.get(2) instanceof LinkMessage.Follow);
    }

    @Test
    void whoDoesNotKnowTheKeyGetsNoProof() {
        ofSlave = new LinkKey(new byte[] {2});
        admit(0, true, Epochs.NONE);
        assertEquals(2, heard.size());
        assertTrue(heard.get(1) instanceof LinkMessage.Refused);
        assertTrue(isClosed);
        assertFalse(link.isAdmitted());
    }

    @Test
    void aSlaveThatIsBusyForLongIsKeptAndOneThatIsSilentIsNot() {
        admit(0, true, Epochs.NONE);
        for (int i = 0; i < 60; i++) {
            nowMs += 1_000;
            says(new LinkMessage.Working());
            link.tick();
        }
        assertFalse(isClosed);
        nowMs += MasterLink.SILENT_MS + 1;
        link.tick();
        assertTrue(isClosed);
        assertTrue(told.getLast().contains("silent"), told.getLast());
    }

    @Test
    void aFrameThatTakesItsTimeIsNoSilence() {
        admit(0, true, Epochs.NONE);
        ByteBuffer ack = LinkCodec.encode(new LinkMessage.Ack(0, 0));
        while (ack.hasRemaining()) {
            nowMs += 15_000;
            link.received(ack.slice(ack.position(), 1));
            ack.position(ack.position() + 1);
            link.tick();
        }
        assertFalse(isClosed);
    }

    @Test
    void whoSaysThatHeIsEmptyIsTakenForNoMoreThanThat() {
        admit(1L << 50, true, Epochs.NONE);
        says(new LinkMessage.Ack(1L << 50, 1L << 50));
        assertTrue(isClosed, "nothing was sent");
        assertEquals(0, link.committed());
    }

    @Test
    void anEndBehindTheMastersIsCut() {
        admit(1L << 50, false, OF_MASTER);
        assertEquals(1_000, ((LinkMessage.Cut) heard.get(2)).position());
    }

    @Test
    void aSlaveIsToldOnceToFetch() {
        isGone = true;
        admit(0, true, Epochs.NONE);
        says(new LinkMessage.Ack(0, 0));
        says(new LinkMessage.Ack(0, 0));
        assertEquals(1, heard.stream().filter(LinkMessage.Fetch.class::isInstance).count());
        assertFalse(link.isShipping());
    }

    @Test
    void aSlaveWithTheLogOfAnotherBrokerIsRefused() {
        admit(500, false, new Epochs(true, List.of(new Epochs.Epoch(99, 0))));
        assertTrue(((LinkMessage.Refused) heard.get(2)).reason().contains("another broker"));
        assertTrue(isClosed);
    }

    @Test
    void aSlaveOfTheSameOriginOfWhichNoMoreIsKnownFetchesAnew() {
        admit(500, false, new Epochs(true, false, true, List.of(new Epochs.Epoch(1, 0), new Epochs.Epoch(7, 400))));
        assertEquals(0, ((LinkMessage.Cut) heard.get(2)).position());
        assertFalse(isClosed);
    }

    /** What links share. */
    private final class Master implements MasterLink.Masters {
        @Override
        public String cluster() {
            return "c";
        }

        @Override
        public String brokerName() {
            return "b";
        }

        @Override
        public LinkKey key() {
            return key;
        }

        @Override
        public String refusal(MasterLink of) {
            return null;
        }

        @Override
        public void admitted(MasterLink slave) {}

        @Override
        public void moved(MasterLink slave) {}

        @Override
        public void tell(MasterLink about, String what) {
            told.add(what);
        }

        @Override
        public long nowMs() {
            return nowMs;
        }
    }

    /** A log of 1,000 bytes of which nothing is read. */
    private final class OfMaster implements MasterLog {
        @Override
        public long committed() {
            return 1_000;
        }

        @Override
        public long[] segmentBases() {
            return new long[] {0};
        }

        @Override
        public Epochs epochs() {
            return OF_MASTER;
        }

        @Override
        public void read(long position, int bytesMax, BiConsumer<Shipment, IOException> done) {
            if (isGone) {
                done.accept(null, new GoneException(500));
            }
        }

        @Override
        public void answer(String from, ByteBuffer request, BiConsumer<ByteBuffer, IOException> done) {}
    }

    /** Notes what the master says. */
    private final class Heard implements LinkWire {
        @Override
        public void send(ByteBuffer bytes) {
            try {
                heard.add(LinkCodec.decode(bytes.position(4)));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void close() {
            isClosed = true;
        }
    }
}
