package io.posthorse.server;

import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * A small table of texts by section and key, in two files that are written in turn: after a crash at least one of them
 * contains a complete generation.
 *
 * <pre>
 *   0  8 bytes  "PHTABLE" and a zero
 *   8  u32      version, 1
 *  12  u32      length of the content
 *  16  u64      generation; an even one is in file 0, an odd one in file 1
 *  24  u32      CRC32C of the content
 *  28  u32      CRC32C of bytes 0 to 28
 *  32  ...      content: u32 count, each: u16 + section, u16 + key, u32 + value, texts as UTF-8
 * </pre>
 */
final class TableFile {
    private static final long MAGIC = 0x50485441424C4500L;
    private static final int VERSION = 1;
    private static final int HEADER = 32;
    private static final int BYTES_MAX = 64 << 20;

    /** The table in one file. */
    record Generation(long number, Map<String, Map<String, String>> table) {}

    private TableFile() {}

    static String name(String table, long generation) {
        return table + "-" + (generation & 1) + ".table";
    }

    /** Writes a generation over the one before the last. Run by the background. */
    static void write(FileStore files, String name, Generation generation) throws IOException {
        try (StoredFile file = files.open(name(name, generation.number()))) {
            file.truncate(0);
            file.write(0, encode(generation));
            file.force();
        }
        files.forceNames();
    }

    static ByteBuffer encode(Generation generation) {
        int count = 0;
        int size = HEADER + 4;
        for (Map.Entry<String, Map<String, String>> section : generation.table().entrySet()) {
            for (Map.Entry<String, String> entry : section.getValue().entrySet()) {
                count++;
                size += 8 + utf8(section.getKey()).length + utf8(entry.getKey()).length + utf8(entry.getValue()).length;
            }
        }
        ByteBuffer out = ByteBuffer.allocate(size).position(HEADER).putInt(count);
        new TreeMap<>(generation.table()).forEach((section, entries) -> new TreeMap<>(entries).forEach((key, value) -> {
            out.putShort((short) utf8(section).length).put(utf8(section));
            out.putShort((short) utf8(key).length).put(utf8(key));
            out.putInt(utf8(value).length).put(utf8(value));
        }));
        out.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, size - HEADER).putLong(16, generation.number());
        out.putInt(24, crc(out, HEADER, size)).putInt(28, crc(out, 0, 28));
        return out.flip();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }

    /** Returns the generation in a file; null where the file is damaged. */
    static Generation read(String name, StoredFile file) throws IOException {
        long size = file.size();
        if (size < HEADER || size > BYTES_MAX) {
            return null;
        }
        ByteBuffer in = ByteBuffer.allocate((int) size);
        file.read(0, in);
        return decode(name, in.flip());
    }

    /**
     * Decodes a generation; returns null where the bytes are damaged.
     *
     * @throws IOException where a newer release wrote them, or they are undamaged but invalid
     */
    static Generation decode(String name, ByteBuffer in) throws IOException {
        if (in.limit() < HEADER || in.getLong(0) != MAGIC || in.getInt(28) != crc(in, 0, 28)) {
            return null;
        }
        if (in.getInt(8) > VERSION) {
            throw new IOException(name + " has version " + in.getInt(8) + ", but this release reads up to version " + VERSION
                    + ". Start the release that wrote it. Nothing was changed.");
        }
        int end = HEADER + in.getInt(12);
        if (end < HEADER + 4 || end > in.limit() || in.getInt(24) != crc(in, HEADER, end)) {
            return null;
        }
        try {
            return new Generation(in.getLong(16), table(in.limit(end).position(HEADER)));
        } catch (BufferUnderflowException e) {
            throw new IOException(name + " matches its checksum but is invalid. Nothing was changed. Restore it"
                    + " from a backup, or delete it to start with the other of the two files.", e);
        }
    }

    private static Map<String, Map<String, String>> table(ByteBuffer in) {
        Map<String, Map<String, String>> table = new TreeMap<>();
        for (int left = in.getInt(); left > 0; left--) {
            String section = text(in, in.getShort() & 0xFFFF);
            String key = text(in, in.getShort() & 0xFFFF);
            table.computeIfAbsent(section, s -> new TreeMap<>()).put(key, text(in, in.getInt()));
        }
        return table;
    }

    private static String text(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new BufferUnderflowException();
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
