package io.posthorse.auth;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToIntFunction;
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
 *
 *  text         u16 length, UTF-8
 *  user         text name, u8 flags (1 super, 2 enabled), u16 length, sealed secret, sources
 *  rule         u8 flags (1 allow, 2 default), u8 kind, u8 form, text name, u16 actions (bits), sources
 *  sources      u16 count, each: text
 * </pre>
 */
final class AccessFile {
    private static final long MAGIC = 0x5048414343455300L;
    private static final int VERSION = 1;
    private static final int HEADER = 32;
    private static final int BYTES_MAX = 64 << 20;
    private static final int FIRST = 1;
    private static final int SECOND = 2;

    /** A version of the table, as one file contains it. */
    record Generation(long number, AccessTable table) {}

    private AccessFile() {}

    static String name(long generation) {
        return "access-" + (generation & 1) + ".acl";
    }

    static ByteBuffer encode(Generation generation, SecretCipher cipher) {
        Output out = new Output();
        AccessTable table = generation.table();
        out.u32(table.users().size());
        for (User user : table.users().values()) {
            out.text(user.name());
            out.u8((user.isSuper() ? FIRST : 0) | (user.enabled() ? SECOND : 0));
            out.bytes(cipher.seal(user.name(), user.secret()));
            out.sources(user.sources());
        }
        out.u32(table.rules().size());
        table.rules().forEach((user, rules) -> {
            out.text(user);
            out.u32(rules.size());
            for (Rule rule : rules) {
                out.u8((rule.allow() ? FIRST : 0) | (rule.standard() ? SECOND : 0));
                out.u8(rule.resource().kind().code());
                out.u8(rule.resource().form().code());
                out.text(rule.resource().name());
                out.u16(rule.actions().bits());
                out.sources(rule.sources());
            }
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
            User user = user(file, in, cipher);
            users.put(user.name(), user);
        }
        Map<String, List<Rule>> rules = new TreeMap<>();
        for (int left = in.getInt(); left > 0; left--) {
            String user = text(in);
            List<Rule> all = new ArrayList<>();
            for (int count = in.getInt(); count > 0; count--) {
                all.add(rule(in));
            }
            rules.put(user, List.copyOf(all));
        }
        return new AccessTable(users, rules);
    }

    private static User user(String file, ByteBuffer in, SecretCipher cipher) throws IOException {
        String name = text(in);
        int flags = in.get();
        Secret secret = cipher.open(name, bytes(in));
        if (secret == null) {
            throw new IOException(SecretCipher.FILE + " is not the key with which " + file + " was written, so no user's"
                    + " secret can be read. Restore the two from the same backup.");
        }
        User.Kind kind = (flags & FIRST) != 0 ? User.Kind.SUPER : User.Kind.NORMAL;
        return new User(name, kind, (flags & SECOND) != 0, secret, sources(in));
    }

    private static <T> T coded(T[] values, ToIntFunction<T> codes, int code) {
        return Arrays.stream(values)
                .filter(value -> codes.applyAsInt(value) == code)
                .findFirst()
                .orElseThrow(() -> new RefusedException("a rule has the code " + code + ", which no release writes"));
    }

    private static Rule rule(ByteBuffer in) {
        int flags = in.get();
        ResourceKind kind = coded(ResourceKind.values(), ResourceKind::code, in.get());
        Resource.Form form = coded(Resource.Form.values(), Resource.Form::code, in.get());
        Resource resource = new Resource(kind, form, text(in));
        return new Rule((flags & SECOND) != 0, resource, new Actions(in.getShort() & 0xFFFF), sources(in),
                (flags & FIRST) != 0);
    }

    private static Sources sources(ByteBuffer in) {
        List<String> texts = new ArrayList<>();
        for (int left = in.getShort() & 0xFFFF; left > 0; left--) {
            texts.add(text(in));
        }
        return Sources.of(texts);
    }

    private static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort() & 0xFFFF];
        in.get(bytes);
        return bytes;
    }

    /** A growing buffer with room for the header. */
    private static final class Output {
        private ByteBuffer out = ByteBuffer.allocate(4_096).position(HEADER);

        private ByteBuffer room(int bytes) {
            if (out.remaining() < bytes) {
                ByteBuffer more = ByteBuffer.allocate(Math.max(out.capacity() * 2, out.position() + bytes));
                out = more.put(out.flip());
            }
            return out;
        }

        void u8(int value) {
            room(1).put((byte) value);
        }

        void u16(int value) {
            room(2).putShort((short) value);
        }

        void u32(int value) {
            room(4).putInt(value);
        }

        void bytes(byte[] bytes) {
            u16(bytes.length);
            room(bytes.length).put(bytes);
        }

        void text(String text) {
            bytes(text.getBytes(StandardCharsets.UTF_8));
        }

        void sources(Sources sources) {
            u16(sources.texts().size());
            sources.texts().forEach(this::text);
        }

        ByteBuffer finish() {
            return out.flip();
        }
    }
}
