package io.posthorse.auth;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/**
 * The layout of an access file.
 *
 * <pre>
 *   0  8 bytes  "PHACCES" and a zero
 *   8  u32      version, 1
 *  12  u32      length of the content
 *  16  u64      generation; an even one is in file 0, an odd one in file 1
 *  24  u32      CRC32C of the content
 *  28  u32      CRC32C of bytes 0 to 28
 *  32  ...      content: u32 users, each user; u32 users with rules, each: text name, u32 count, each rule
 * </pre>
 *
 * <p>{@link AccessCodec} has the layout of users and rules.
 */
final class AccessFile {
    private static final long MAGIC = 0x5048414343455300L;
    private static final int VERSION = 1;
    private static final int HEADER = 32;
    private static final int BYTES_MAX = 64 << 20;

    /** A version of the table, as one file contains it. */
    record Generation(long number, AccessTable table) {}

    private AccessFile() {}

    static String name(long generation) {
        return "access-" + (generation & 1) + ".acl";
    }

    static ByteBuffer encode(Generation generation, SecretCipher cipher) {
        AccessCodec.Output out = new AccessCodec.Output(HEADER);
        AccessTable table = generation.table();
        out.u32(table.users().size());
        table.users().values().forEach(user -> out.user(user, cipher));
        out.u32(table.rules().size());
        table.rules().forEach((user, rules) -> {
            out.text(user);
            out.u32(rules.size());
            rules.forEach(out::rule);
        });
        ByteBuffer file = out.finish();
        int size = file.limit();
        file.putLong(0, MAGIC).putInt(8, VERSION).putInt(12, size - HEADER).putLong(16, generation.number());
        return file.putInt(24, crc(file, HEADER, size)).putInt(28, crc(file, 0, 28));
    }

    private static int crc(ByteBuffer bytes, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().limit(to).position(from));
        return (int) crc.getValue();
    }

    static boolean hasLegalSize(long size) {
        return size >= HEADER && size <= BYTES_MAX;
    }

    /**
     * Decodes a generation; returns null where the bytes are damaged.
     *
     * @throws IOException where a newer release wrote them, the key is not the one with which they were written, or they are
     *     undamaged but invalid
     */
    static Generation decode(String name, ByteBuffer in, SecretCipher cipher) throws IOException {
        if (in.limit() < HEADER || in.getLong(0) != MAGIC || in.getInt(28) != crc(in, 0, 28)) {
            return null;
        }
        if (in.getInt(8) > VERSION) {
            throw new IOException(name + " has version " + in.getInt(8) + ", but this release reads versions up to "
                    + VERSION + ": start the release that wrote it. Nothing was changed.");
        }
        int end = HEADER + in.getInt(12);
        if (end < HEADER || end > in.limit() || in.getInt(24) != crc(in, HEADER, end)) {
            return null;
        }
        try {
            return new Generation(in.getLong(16), table(name, in.limit(end).position(HEADER), cipher));
        } catch (BufferUnderflowException | RefusedException e) {
            throw new IOException(name + " has a correct checksum but invalid content: " + e.getMessage() + ". Nothing was"
                    + " changed. Restore it from a backup, or delete it to start with the other of the two files.", e);
        }
    }

    private static AccessTable table(String file, ByteBuffer in, SecretCipher cipher) throws IOException {
        Map<String, User> users = new TreeMap<>();
        for (int left = in.getInt(); left > 0; left--) {
            User user = AccessCodec.user(file, in, cipher);
            users.put(user.name(), user);
        }
        Map<String, List<Rule>> rules = new TreeMap<>();
        for (int left = in.getInt(); left > 0; left--) {
            String user = AccessCodec.text(in);
            List<Rule> all = new ArrayList<>();
            for (int count = in.getInt(); count > 0; count--) {
                all.add(AccessCodec.rule(in));
            }
            rules.put(user, List.copyOf(all));
        }
        return new AccessTable(users, rules);
    }
}
