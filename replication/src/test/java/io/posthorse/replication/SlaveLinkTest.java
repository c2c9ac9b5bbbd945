package io.posthorse.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.Shipment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A slave in front of somebody who says that he is its master. */
class SlaveLinkTest {
    private static final Epochs EPOCHS = new Epochs(true, List.of(new Epochs.Epoch(1, 0)));
    private static final byte[] NONCE = new byte[] {7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7};
    private static final byte[] GREETING = "sixteen bytes of".getBytes(StandardCharsets.US_ASCII);

    private final List<String> done = new ArrayList<>();
    private final Heard wire = new Heard();
    private LinkKey key = new LinkKey(new byte[] {1, 2, 3});

    private SlaveLink link() {
        return new SlaveLink(new Noting(), wire, NONCE);
    }

    private static void says(SlaveLink link, LinkMessage message) throws IOException {
        link.received(LinkCodec.encode(message));
    }

    @Test
    void aMasterThatAsksForNoProofIsNotFollowedByASlaveThatHasAKey() throws IOException {
        SlaveLink link = link();
        String refusal = assertThrows(
                IOException.class, () -> says(link, new LinkMessage.Greeting(new byte[16], false))).getMessage();
        assertTrue(refusal.contains("asks for no proof"), refusal);
        key = null;
        says(link(), new LinkMessage.Greeting(new byte[16], false));
    }

    @Test
    void nothingIsTakenBeforeAGreeting() throws IOException {
        for (LinkMessage early : List.of(new LinkMessage.Cut(0, EPOCHS), new LinkMessage.Fetch(8, EPOCHS),
                new LinkMessage.Follow(0, EPOCHS), new LinkMessage.Proof(new byte[32]),
                new LinkMessage.Alive(3), new LinkMessage.Kept(8, new long[] {0}))) {
            SlaveLink link = link();
            String refusal = assertThrows(IOException.class, () -> says(link, early)).getMessage();
            assertTrue(refusal.contains("before its greeting"), refusal);
        }
        assertEquals(List.of(), done);
        says(link(), new LinkMessage.Refused("there are too many"));
        assertEquals(List.of("refused: there are too many"), done);
    }

    @Test
    void aMasterThatDoesNotKnowTheKeyIsNotFollowed() throws IOException {
        LinkMessage.Hello hello = greeted(link());
        LinkKey another = new LinkKey(new byte[] {1, 2, 4});
        for (byte[] forged : List.of(
                hello.proof(), new byte[0], another.ofMaster(new byte[0], GREETING, hello),
                key.ofMaster(new byte[0], new byte[16], hello))) {
            SlaveLink link = link();
            greeted(link);
            String refusal = assertThrows(
                    IOException.class, () -> says(link, new LinkMessage.Proof(forged))).getMessage();
            assertTrue(refusal.contains("does not know"), refusal);
        }
        for (LinkMessage early : List.of(new LinkMessage.Cut(0, EPOCHS), new LinkMessage.Fetch(8, EPOCHS),
                new LinkMessage.Follow(0, EPOCHS), new LinkMessage.Alive(3), new LinkMessage.Kept(8, new long[] {0}))) {
            SlaveLink link = link();
            greeted(link);
            String refusal = assertThrows(IOException.class, () -> says(link, early)).getMessage();
            assertTrue(refusal.contains("before it has proven"), refusal);
        }
        assertEquals(List.of(), done);
    }

    @Test
    void aMasterThatKnowsTheKeyIsFollowedAndHeardOnce() throws IOException {
        SlaveLink link = link();
        LinkMessage.Hello hello = greeted(link);
        says(link, new LinkMessage.Proof(key.ofMaster(new byte[0], GREETING, hello)));
        says(link, new LinkMessage.Alive(3));
        says(link, new LinkMessage.Follow(0, EPOCHS));
        assertEquals(List.of("alive", "follow"), done);
        for (LinkMessage again : List.of(new LinkMessage.Greeting(GREETING, true), new LinkMessage.Proof(new byte[32]))) {
            assertTrue(assertThrows(IOException.class, () -> says(link, again)).getMessage().contains("out of turn"));
        }
    }

    @Test
    void aLongFrameIsTakenOnlyFromAMasterThatIsTrusted() throws IOException {
        SlaveLink link = link();
        greeted(link);
        ByteBuffer tooLong = ByteBuffer.allocate(4).putInt(LinkCodec.SMALL_MAX + 1).flip();
        assertThrows(IOException.class, () -> link.received(tooLong));
        SlaveLink trusting = link();
        says(trusting, new LinkMessage.Proof(key.ofMaster(new byte[0], GREETING, greeted(trusting))));
        trusting.received(tooLong.rewind());
    }

    @Test
    void aMasterThatGoesOnElsewhereOrHasNoEpochsIsNotFollowed() throws IOException {
        key = null;
        for (LinkMessage wrong : List.of(new LinkMessage.Follow(8, EPOCHS), new LinkMessage.Follow(0, Epochs.NONE),
                new LinkMessage.Cut(0, Epochs.NONE), new LinkMessage.Fetch(0, Epochs.NONE))) {
            SlaveLink link = link();
            says(link, new LinkMessage.Greeting(GREETING, false));
            assertThrows(IOException.class, () -> says(link, wrong));
        }
        assertEquals(List.of(), done);
    }

    @Test
    void aSlaveThatIsBusySaysSo() throws IOException {
        key = null;
        SlaveLink link = link();
        link.working();
        assertEquals(null, wire.last, "it does not know its master yet");
        says(link, new LinkMessage.Greeting(GREETING, false));
        link.working();
        assertTrue(wire.last instanceof LinkMessage.Working);
    }

    /** Greets the slave; returns what it says. */
    private LinkMessage.Hello greeted(SlaveLink link) throws IOException {
        says(link, new LinkMessage.Greeting(GREETING, true));
        return (LinkMessage.Hello) wire.last;
    }

    /** Notes what the link passes on. */
    private final class Noting implements SlaveLink.Slave {
        @Override
        public SlaveLink.Copy copy() {
            return new SlaveLink.Copy("c", "b", 1, "h:1", 1 << 20, 0, true, false, new Epochs(true, List.of()));
        }

        @Override
        public LinkKey key() {
            return key;
        }

        @Override
        public void follow(Epochs epochs, Runnable then) {
            done.add("follow");
        }

        @Override
        public void take(long masterCommitted, Shipment shipment) {
            done.add("take");
        }

        @Override
        public void alive(long masterCommitted) {
            done.add("alive");
        }

        @Override
        public void keepOnly(long end, long[] bases) {
            done.add("keepOnly");
        }

        @Override
        public void fetch(long common, long needed, Epochs epochs) {
            done.add("fetch");
        }

        @Override
        public void refused(String reason) {
            done.add("refused: " + reason);
        }

        @Override
        public long nowMs() {
            return 0;
        }
    }

    /** A connection that notes the last message, but for the preface. */
    private static final class Heard implements LinkWire {
        private LinkMessage last;

        @Override
        public void send(ByteBuffer bytes) {
            if (bytes.remaining() == LinkCodec.PREFACE_BYTES && bytes.getLong(0) == LinkCodec.MAGIC) {
                last = null;
                return;
            }
            try {
                last = LinkCodec.decode(bytes.position(4));
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void close() {}
    }
}
