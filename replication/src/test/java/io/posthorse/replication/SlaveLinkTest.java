package io.posthorse.replication;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.Shipment;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A slave in front of somebody who says that he is its master. */
class SlaveLinkTest {
    private final List<String> done = new ArrayList<>();
    private LinkKey key = new LinkKey(new byte[] {1, 2, 3});

    private SlaveLink link() {
        return new SlaveLink(new Noting(), new Ignored());
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
        for (LinkMessage early : List.of(new LinkMessage.Cut(0, List.of()), new LinkMessage.Fetch(8, List.of()),
                new LinkMessage.Follow(0, List.of()), new LinkMessage.Alive(3), new LinkMessage.Kept(8, new long[] {0}))) {
            SlaveLink link = link();
            String refusal = assertThrows(IOException.class, () -> says(link, early)).getMessage();
            assertTrue(refusal.contains("before its greeting"), refusal);
        }
        assertEquals(List.of(), done);
        says(link(), new LinkMessage.Refused("there are too many"));
        assertEquals(List.of("refused: there are too many"), done);
        SlaveLink greeted = link();
        says(greeted, new LinkMessage.Greeting(new byte[16], true));
        says(greeted, new LinkMessage.Alive(3));
        assertEquals(List.of("refused: there are too many", "alive"), done);
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

    /** A connection on which nothing is heard. */
    private static final class Ignored implements LinkWire {
        @Override
        public void send(ByteBuffer bytes) {}

        @Override
        public boolean isWritable() {
            return true;
        }

        @Override
        public void close() {}
    }
}
