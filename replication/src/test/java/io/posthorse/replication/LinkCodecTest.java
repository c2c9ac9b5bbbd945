package io.posthorse.replication;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.log.Shipment;
import io.posthorse.replication.Epochs.Epoch;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;

class LinkCodecTest {
    private static final Epochs EPOCHS =
            new Epochs(true, false, true, List.of(new Epoch(1, 0), new Epoch(2, 4_096)));
    private static final byte[] NONCE = new byte[16];
    private static final byte[] NO_TLS = {};
    private static final String HELLO =
            "000000570200016300016200000000000000010003683a3100001000000000000000004d000101000200000000000000"
            + "01000000000000000000000000000000020000000000001000000000000000000000000000000000000109cb6ec45c";
    private static final String PROOF = "000000040d020708a79f70ed";
    private static final String WORKING = "000000010efe05ec76";
    private static final String FOLLOW =
            "0000002c03000000000000004d0100020000000000000001000000000000000000000000000000020000000000001000"
            + "0d870c0c";

    private static List<LinkMessage> all() {
        return List.of(
                new LinkMessage.Greeting(new byte[16], true),
                new LinkMessage.Hello(
                        "c", "b\u00e9", 1, "h:1", 1 << 20, 77, false, true, EPOCHS, NONCE, new byte[] {1, 2, 3}),
                new LinkMessage.Proof(new byte[] {7, 8}),
                new LinkMessage.Working(),
                new LinkMessage.Follow(8, EPOCHS),
                new LinkMessage.Cut(8, EPOCHS),
                new LinkMessage.Fetch(8, Epochs.NONE),
                new LinkMessage.Refused("why"),
                new LinkMessage.Records(9, new Shipment(0, 1 << 20, 64, ByteBuffer.allocate(48))),
                new LinkMessage.Alive(5),
                new LinkMessage.Kept(5, new long[] {0, 1 << 20}),
                new LinkMessage.Ack(5, 4),
                new LinkMessage.Ask(3, ByteBuffer.wrap(new byte[] {1})),
                new LinkMessage.Answer(3, true, ByteBuffer.wrap(new byte[] {2})));
    }

    private static byte[] bytes(LinkMessage message) {
        ByteBuffer encoded = LinkCodec.encode(message);
        byte[] bytes = new byte[encoded.remaining()];
        encoded.get(bytes);
        return bytes;
    }

    @Test
    void everyMessageIsReadAgainInPiecesOfAnySize() throws IOException {
        for (int piece : new int[] {1, 3, 7, 1 << 20}) {
            LinkParser parser = new LinkParser(true, LinkCodec.LARGE_MAX);
            List<byte[]> read = new ArrayList<>();
            ByteBuffer in = ByteBuffer.allocate(100_000).put(LinkCodec.preface());
            all().forEach(message -> in.put(bytes(message)));
            in.flip();
            while (in.hasRemaining()) {
                ByteBuffer some = in.slice(in.position(), Math.min(piece, in.remaining()));
                in.position(in.position() + some.remaining());
                parser.feed(some, message -> read.add(bytes(message)));
            }
            assertEquals(all().size(), read.size());
            for (int i = 0; i < read.size(); i++) {
                assertArrayEquals(bytes(all().get(i)), read.get(i));
            }
        }
    }

    @Test
    void noFlippedBitIsTakenForAMessage() {
        for (LinkMessage message : all()) {
            byte[] bytes = bytes(message);
            for (int bit = 32; bit < bytes.length * 8; bit++) {
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
                assertThrows(IOException.class, () -> LinkCodec.decode(ByteBuffer.wrap(bytes).position(4)));
                bytes[bit / 8] ^= (byte) (1 << bit % 8);
            }
        }
    }

    @Test
    void hostileFramesWithRightChecksumsAreRefusedOrRead() {
        SeededEntropy entropy = new SeededEntropy(5);
        for (int i = 0; i < 200_000; i++) {
            byte[] garbage = new byte[1 + entropy.below(60)];
            for (int j = 0; j < garbage.length; j++) {
                garbage[j] = (byte) (entropy.percent(50) ? 0 : entropy.nextLong());
            }
            garbage[0] = (byte) (1 + entropy.below(14));
            CRC32C crc = new CRC32C();
            crc.update(garbage);
            ByteBuffer frame = ByteBuffer.allocate(garbage.length + 4).put(garbage).putInt((int) crc.getValue()).flip();
            try {
                LinkCodec.decode(frame);
            } catch (IOException e) {
                assertTrue(e.getMessage().length() > 5);
            }
        }
    }

    @Test
    void anAnnouncedLengthTakesNoMemoryAndOneThatIsTooLongEndsTheLink() {
        LinkParser parser = new LinkParser(false, LinkCodec.SMALL_MAX);
        ByteBuffer tooLong = ByteBuffer.allocate(4).putInt(LinkCodec.SMALL_MAX + 1).flip();
        assertThrows(IOException.class, () -> parser.feed(tooLong, message -> true));
        LinkParser negative = new LinkParser(false, LinkCodec.SMALL_MAX);
        assertThrows(IOException.class, () -> negative.feed(ByteBuffer.allocate(4).putInt(-1).flip(), message -> true));
    }

    @Test
    void aRocketMqSlaveIsToldApartByItsFirstBytes() {
        LinkParser parser = new LinkParser(true, LinkCodec.SMALL_MAX);
        String told = assertThrows(ForeignPeerException.class, () -> parser.feed(
                ByteBuffer.allocate(8).putLong(0).flip(), message -> true)).getMessage();
        assertTrue(told.contains("RocketMQ") && told.contains("offset 0"), told);
        LinkParser other = new LinkParser(true, LinkCodec.SMALL_MAX);
        String http = assertThrows(ForeignPeerException.class, () -> other.feed(
                ByteBuffer.wrap("GET / HTTP/1.1".getBytes()), message -> true)).getMessage();
        assertTrue(http.contains("for slaves alone"), http);
    }

    private static LinkMessage.Hello hello(long brokerId, byte[] nonce, byte[] proof) {
        return new LinkMessage.Hello("c", "b", brokerId, "h:1", 1, 77, false, true, EPOCHS, nonce, proof);
    }

    @Test
    void aProofCoversTheNonceTheCertificateAndEverythingThatASlaveSays() {
        LinkKey key = new LinkKey(new byte[] {1});
        byte[] other = NONCE.clone();
        other[0] = 1;
        byte[] proof = key.ofSlave(NO_TLS, NONCE, hello(1, NONCE, NO_TLS));
        assertTrue(key.isOfSlave(NO_TLS, NONCE, hello(1, NONCE, proof)));
        assertFalse(key.isOfSlave(NO_TLS, other, hello(1, NONCE, proof)));
        assertFalse(key.isOfSlave(NO_TLS, NONCE, hello(2, NONCE, proof)));
        assertFalse(key.isOfSlave(new byte[32], NONCE, hello(1, NONCE, proof)), "another certificate");
        assertFalse(new LinkKey(new byte[] {2}).isOfSlave(NO_TLS, NONCE, hello(1, NONCE, proof)));
    }

    @Test
    void aMastersProofCoversTheSlavesNonceAndIsNotTheSlaves() {
        LinkKey key = new LinkKey(new byte[] {1});
        byte[] other = NONCE.clone();
        other[15] = 1;
        byte[] proof = key.ofMaster(NO_TLS, NONCE, hello(1, NONCE, NO_TLS));
        assertTrue(key.isOfMaster(NO_TLS, NONCE, hello(1, NONCE, new byte[] {5}), proof));
        assertFalse(key.isOfMaster(NO_TLS, NONCE, hello(1, other, NO_TLS), proof), "of an earlier connection");
        assertFalse(key.isOfMaster(NO_TLS, other, hello(1, NONCE, NO_TLS), proof));
        assertFalse(key.isOfMaster(new byte[32], NONCE, hello(1, NONCE, NO_TLS), proof), "another certificate");
        byte[] ofSlave = key.ofSlave(NO_TLS, NONCE, hello(1, NONCE, NO_TLS));
        assertFalse(key.isOfMaster(NO_TLS, NONCE, hello(1, NONCE, NO_TLS), ofSlave), "the slave's own, sent back");
    }

    @Test
    void theBytesOfFramesStayTheSame() {
        assertEquals("5048534c4156450000000002" + "00000000", hex(LinkCodec.preface()));
        LinkMessage.Hello hello = new LinkMessage.Hello(
                "c", "b", 1, "h:1", 4_096, 77, false, true, EPOCHS, NONCE, new byte[] {9});
        assertEquals(HELLO, hex(LinkCodec.encode(hello)));
        assertEquals(PROOF, hex(LinkCodec.encode(new LinkMessage.Proof(new byte[] {7, 8}))));
        assertEquals(WORKING, hex(LinkCodec.encode(new LinkMessage.Working())));
        assertEquals(FOLLOW, hex(LinkCodec.encode(new LinkMessage.Follow(77, EPOCHS))));
    }

    private static String hex(ByteBuffer bytes) {
        byte[] all = new byte[bytes.remaining()];
        bytes.get(all);
        return HexFormat.of().formatHex(all);
    }
}
