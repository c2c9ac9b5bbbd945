package io.posthorse.replication;

import io.posthorse.log.RecordFormat;
import io.posthorse.log.Shipment;
import io.posthorse.replication.Epochs.Epoch;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * The bytes between a slave and its master. The slave begins with the preface, u64 magic "PHSLAVE" and a zero, u32 version
 * 2, u32 zero; everything else in both directions is frames:
 *
 * <pre>
 *   0  u32  length   of kind and contents
 *   4  u8   kind
 *   5  ...  contents
 *      u32  crc32c   of kind and contents
 * </pre>
 *
 * The page docs/formats/link.md has the contents. All numbers are big endian; text is u16 length and UTF-8.
 */
final class LinkCodec {
    static final int PREFACE_BYTES = 16;
    static final long MAGIC = 0x5048534C41564500L;
    static final int VERSION = 2;
    /** Maximum length of a slave's frame, and of what a master says before its slave trusts it. */
    static final int SMALL_MAX = 64 << 10;
    /** Maximum length of a master's frame: an atomic group is never divided. */
    static final int LARGE_MAX = RecordFormat.LENGTH_MAX + (64 << 20);
    /** Bytes around the contents of a frame. */
    static final int AROUND = 9;
    /** Epochs in a message. */
    static final int EPOCHS_MAX = Epochs.KEPT_MAX;
    /** Bytes by chance that a proof of the other side must cover. */
    static final int NONCE_BYTES = 16;
    private static final int PROOF_BYTES_MAX = 64;
    private static final int SEGMENTS_MAX = 1 << 20;

    private static final byte GREETING = 1;
    private static final byte HELLO = 2;
    private static final byte FOLLOW = 3;
    private static final byte CUT = 4;
    private static final byte FETCH = 5;
    private static final byte REFUSED = 6;
    private static final byte RECORDS = 7;
    private static final byte ALIVE = 8;
    private static final byte KEPT = 9;
    private static final byte ACK = 10;
    private static final byte ASK = 11;
    private static final byte ANSWER = 12;
    private static final byte PROOF = 13;
    private static final byte WORKING = 14;

    private LinkCodec() {}

    static ByteBuffer preface() {
        return ByteBuffer.allocate(PREFACE_BYTES).putLong(MAGIC).putInt(VERSION).putInt(0).flip();
    }

    static ByteBuffer encode(LinkMessage message) {
        return switch (message) {
            case LinkMessage.Greeting m -> frame(GREETING, out(NONCE_BYTES + 1).put(m.nonce()).put(flag(m.wantsProof())));
            case LinkMessage.Hello m -> frame(HELLO, hello(m, m.proof()));
            case LinkMessage.Proof m -> frame(PROOF, out(1 + m.proof().length).put((byte) m.proof().length).put(m.proof()));
            case LinkMessage.Working m -> frame(WORKING, out(0));
            case LinkMessage.Follow m -> frame(FOLLOW, epochs(m.position(), m.epochs()));
            case LinkMessage.Cut m -> frame(CUT, epochs(m.position(), m.epochs()));
            case LinkMessage.Fetch m -> frame(FETCH, epochs(m.needed(), m.epochs()));
            case LinkMessage.Refused m -> frame(REFUSED, text(out(2 + 3 * m.reason().length()), m.reason()));
            case LinkMessage.Records m -> {
                Shipment sent = m.shipment();
                ByteBuffer out = out(28 + sent.records().limit()).putLong(m.committed()).putLong(sent.segment());
                yield frame(RECORDS, out.putInt(sent.segmentBytes()).putLong(sent.position())
                        .put(sent.records().duplicate().position(0)));
            }
            case LinkMessage.Alive m -> frame(ALIVE, out(8).putLong(m.committed()));
            case LinkMessage.Kept m -> {
                ByteBuffer out = out(12 + m.bases().length * 8).putLong(m.end()).putInt(m.bases().length);
                for (long base : m.bases()) {
                    out.putLong(base);
                }
                yield frame(KEPT, out);
            }
            case LinkMessage.Ack m -> frame(ACK, out(16).putLong(m.written()).putLong(m.committed()));
            case LinkMessage.Ask m -> frame(ASK, out(4 + m.request().remaining()).putInt(m.number())
                    .put(m.request().duplicate()));
            case LinkMessage.Answer m -> frame(ANSWER, out(5 + m.answer().remaining()).putInt(m.number())
                    .put(flag(m.isRefusal())).put(m.answer().duplicate()));
        };
    }

    /** Returns what the proofs of both sides cover of what a slave says: everything but its own proof. */
    static ByteBuffer proven(LinkMessage.Hello hello) {
        return hello(hello, new byte[0]).flip().position(5).slice();
    }

    /** Returns a buffer for the contents of a frame, with room around it. */
    private static ByteBuffer out(int length) {
        return ByteBuffer.allocate(length + AROUND).position(5);
    }

    private static byte flag(boolean is) {
        return (byte) (is ? 1 : 0);
    }

    private static ByteBuffer frame(byte kind, ByteBuffer out) {
        int end = out.position();
        out.put(4, kind).putInt(0, end - 4);
        return out.putInt(crc(out, 4, end)).flip();
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }

    private static ByteBuffer hello(LinkMessage.Hello m, byte[] proof) {
        int texts = 3 * (m.cluster().length() + m.brokerName().length() + m.address().length());
        ByteBuffer out = out(64 + NONCE_BYTES + texts + m.epochs().list().size() * 16 + proof.length);
        text(text(out, m.cluster()), m.brokerName()).putLong(m.brokerId());
        text(out, m.address()).putInt(m.segmentBytes()).putLong(m.end()).put(flag(m.isEmpty())).put(flag(m.isDamaged()));
        return epochs(out, m.epochs()).put(m.nonce()).put((byte) proof.length).put(proof);
    }

    private static ByteBuffer epochs(long position, Epochs epochs) {
        return epochs(out(11 + epochs.list().size() * 16).putLong(position), epochs);
    }

    private static ByteBuffer epochs(ByteBuffer out, Epochs epochs) {
        out.put(flag(epochs.hasGap())).putShort((short) epochs.list().size());
        epochs.list().forEach(epoch -> out.putLong(epoch.id()).putLong(epoch.begin()));
        return out;
    }

    private static ByteBuffer text(ByteBuffer out, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return out.putShort((short) bytes.length).put(bytes);
    }

    /**
     * Reads a frame.
     *
     * @param frame from kind to checksum, between position and limit; records in it are not copied
     * @throws IOException where it is none
     */
    static LinkMessage decode(ByteBuffer frame) throws IOException {
        int end = frame.limit() - 4;
        if (end <= frame.position() || frame.getInt(end) != crc(frame, frame.position(), end)) {
            throw new IOException("a frame has a wrong checksum");
        }
        ByteBuffer in = frame.slice(frame.position(), end - frame.position());
        try {
            LinkMessage message = decode(in.get(), in);
            if (in.hasRemaining()) {
                throw new IOException("a frame has " + in.remaining() + " bytes behind its end");
            }
            return message;
        } catch (BufferUnderflowException e) {
            throw new IOException("a frame ends too early", e);
        }
    }

    private static LinkMessage decode(byte kind, ByteBuffer in) throws IOException {
        return switch (kind) {
            case GREETING -> new LinkMessage.Greeting(bytes(in, NONCE_BYTES), flag(in));
            case HELLO -> new LinkMessage.Hello(
                    text(in), text(in), in.getLong(), text(in), in.getInt(), position(in), flag(in), flag(in), epochs(in),
                    bytes(in, NONCE_BYTES), proof(in));
            case PROOF -> new LinkMessage.Proof(proof(in));
            case WORKING -> new LinkMessage.Working();
            case FOLLOW -> new LinkMessage.Follow(position(in), epochs(in));
            case CUT -> new LinkMessage.Cut(position(in), epochs(in));
            case FETCH -> new LinkMessage.Fetch(position(in), epochs(in));
            case REFUSED -> new LinkMessage.Refused(text(in));
            case RECORDS -> new LinkMessage.Records(position(in), shipment(in));
            case ALIVE -> new LinkMessage.Alive(position(in));
            case KEPT -> kept(in);
            case ACK -> new LinkMessage.Ack(position(in), position(in));
            case ASK -> new LinkMessage.Ask(in.getInt(), rest(in));
            case ANSWER -> new LinkMessage.Answer(in.getInt(), flag(in), rest(in));
            default -> throw new IOException("this release knows no frame of the kind " + kind);
        };
    }

    private static Shipment shipment(ByteBuffer in) throws IOException {
        long segment = position(in);
        int size = in.getInt();
        long position = position(in);
        ByteBuffer records = rest(in);
        if (size <= 0 || position < segment || !records.hasRemaining() || (records.limit() & 7) != 0) {
            throw new IOException("records for position " + position + " in a segment of " + size + " bytes at " + segment);
        }
        return new Shipment(segment, size, position, records);
    }

    private static LinkMessage kept(ByteBuffer in) throws IOException {
        long end = position(in);
        int count = in.getInt();
        if (count <= 0 || count > SEGMENTS_MAX || in.remaining() != count * 8L) {
            throw new IOException("a list of " + count + " segments in " + in.remaining() + " bytes");
        }
        long[] bases = new long[count];
        for (int i = 0; i < count; i++) {
            bases[i] = position(in);
            if (i > 0 && bases[i] <= bases[i - 1]) {
                throw new IOException("segments that are not in order");
            }
        }
        return new LinkMessage.Kept(end, bases);
    }

    private static ByteBuffer rest(ByteBuffer in) {
        ByteBuffer rest = in.slice();
        in.position(in.limit());
        return rest;
    }

    private static long position(ByteBuffer in) throws IOException {
        long position = in.getLong();
        if (position < 0) {
            throw new IOException("a position below 0");
        }
        return position;
    }

    private static boolean flag(ByteBuffer in) {
        return in.get() != 0;
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[Math.min(length, in.remaining() + 1)];
        in.get(bytes);
        return bytes;
    }

    private static byte[] proof(ByteBuffer in) throws IOException {
        int length = in.get() & 0xFF;
        if (length > PROOF_BYTES_MAX) {
            throw new IOException("a proof of " + length + " bytes");
        }
        return bytes(in, length);
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in, in.getShort() & 0xFFFF), StandardCharsets.UTF_8);
    }

    private static Epochs epochs(ByteBuffer in) throws IOException {
        boolean hasGap = flag(in);
        int count = in.getShort() & 0xFFFF;
        List<Epoch> list = new ArrayList<>();
        for (int i = 0; i < count && i <= EPOCHS_MAX; i++) {
            list.add(new Epoch(in.getLong(), in.getLong()));
        }
        if (count > EPOCHS_MAX || !Epochs.isSane(list)) {
            throw new IOException("a list of " + count + " epochs that are not in order, or too many");
        }
        return new Epochs(true, false, hasGap, list);
    }
}
