package io.posthorse.replication;

import io.posthorse.log.AgreedPoint;
import io.posthorse.log.Export;
import io.posthorse.log.ExportedFile;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The requests and answers of a catch-up. All numbers are big endian; text is u16 length and ASCII.
 *
 * <pre>
 *   open   u8 1, u64 index of the first entry that can still be got
 *          answer: u64 number of the export, u64 position, u64 term, u64 index, u32 chain, u32 count of files,
 *          each text name, u64 bytes
 *   read   u8 2, u64 number of the export, text name, u64 at, u32 length
 *          answer: the bytes
 *   close  u8 3, u64 number of the export
 *          answer: nothing
 *   bytes  u8 4, u64 position, u32 length, at most 1 MiB
 *          answer: u64 position, u32 length, the committed bytes of the log there, all of them
 * </pre>
 */
final class CatchUpWire {
    static final byte OPEN = 1;
    static final byte READ = 2;
    static final byte CLOSE = 3;

    static final byte BYTES = 4;
    private static final int BYTES_HEAD = 12;

    private CatchUpWire() {}

    /** The answer to an opening. */
    record Offer(long number, AgreedPoint point, List<ExportedFile> files) {}

    static ByteBuffer open(long index) {
        return ByteBuffer.allocate(9).put(OPEN).putLong(index).flip();
    }

    static ByteBuffer read(long number, String name, long at, int length) {
        ByteBuffer out = ByteBuffer.allocate(23 + name.length()).put(READ).putLong(number);
        return put(out, name).putLong(at).putInt(length).flip();
    }

    static ByteBuffer close(long number) {
        return ByteBuffer.allocate(9).put(CLOSE).putLong(number).flip();
    }

    static ByteBuffer bytes(long position, int length) {
        return ByteBuffer.allocate(13).put(BYTES).putLong(position).putInt(length).flip();
    }

    static ByteBuffer bytesOf(long position, ByteBuffer bytes) {
        int length = bytes.remaining();
        return ByteBuffer.allocate(BYTES_HEAD + length).putLong(position).putInt(length).put(bytes).flip();
    }

    /**
     * Returns the bytes in an answer.
     *
     * @throws IOException where they are not those that were asked for
     */
    static ByteBuffer bytesOf(ByteBuffer in, long position, int length) throws IOException {
        ByteBuffer own = in.slice();
        boolean fits = own.limit() == (long) BYTES_HEAD + length && own.getLong(0) == position && own.getInt(8) == length;
        if (!fits) {
            throw new IOException("the answer of the other node has not the " + length + " bytes from position " + position
                    + " on that were asked for");
        }
        return own.slice(BYTES_HEAD, length);
    }

    static ByteBuffer offer(long number, Export export) {
        int names = export.files().stream().mapToInt(file -> 10 + file.name().length()).sum();
        AgreedPoint point = export.point();
        ByteBuffer out = ByteBuffer.allocate(40 + names).putLong(number);
        out.putLong(point.position()).putLong(point.term()).putLong(point.index()).putInt(point.chain());
        out.putInt(export.files().size());
        export.files().forEach(file -> put(out, file.name()).putLong(file.bytes()));
        return out.flip();
    }

    static Offer offer(ByteBuffer in) throws IOException {
        try {
            long number = in.getLong();
            AgreedPoint point = new AgreedPoint(in.getLong(), in.getLong(), in.getLong(), in.getInt());
            int count = in.getInt();
            List<ExportedFile> files = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                files.add(new ExportedFile(text(in), in.getLong()));
            }
            return new Offer(number, point, files);
        } catch (BufferUnderflowException e) {
            throw new IOException("the answer of the other node ends too early", e);
        }
    }

    private static ByteBuffer put(ByteBuffer out, String text) {
        return out.putShort((short) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }

    /** @throws BufferUnderflowException where it is not all there */
    static String text(ByteBuffer in) {
        byte[] bytes = new byte[Math.min(in.getShort() & 0xFFFF, in.remaining() + 1)];
        in.get(bytes);
        return new String(bytes, StandardCharsets.US_ASCII);
    }
}
