package io.posthorse.auth;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToIntFunction;

/**
 * The codec of users and rules, in access files and in entries of a group.
 *
 * <pre>
 *  text         u16 length, UTF-8
 *  user         text name, u8 flags (1 super, 2 enabled), u16 length, sealed secret, sources
 *  rule         u8 flags (1 allow, 2 default), u8 kind, u8 form, text name, u16 actions (bits), sources
 *  sources      u16 count, each: text
 * </pre>
 */
final class AccessCodec {
    private static final int FIRST = 1;
    private static final int SECOND = 2;

    private AccessCodec() {}

    /**
     * Reads a user.
     *
     * @param file where it is, for the message
     * @throws IOException where the secret was not sealed with this key
     */
    static User user(String file, ByteBuffer in, SecretCipher cipher) throws IOException {
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

    static Rule rule(ByteBuffer in) {
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

    static String text(ByteBuffer in) {
        return new String(bytes(in), StandardCharsets.UTF_8);
    }

    static byte[] bytes(ByteBuffer in) {
        byte[] bytes = new byte[in.getShort() & 0xFFFF];
        in.get(bytes);
        return bytes;
    }

    /** A growing buffer. */
    static final class Output {
        private ByteBuffer out;

        /** @param header bytes that are left free at the begin */
        Output(int header) {
            out = ByteBuffer.allocate(4_096).position(header);
        }

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

        void user(User user, SecretCipher cipher) {
            text(user.name());
            u8((user.isSuper() ? FIRST : 0) | (user.enabled() ? SECOND : 0));
            bytes(cipher.seal(user.name(), user.secret()));
            sources(user.sources());
        }

        void rule(Rule rule) {
            u8((rule.allow() ? FIRST : 0) | (rule.standard() ? SECOND : 0));
            u8(rule.resource().kind().code());
            u8(rule.resource().form().code());
            text(rule.resource().name());
            u16(rule.actions().bits());
            sources(rule.sources());
        }

        ByteBuffer finish() {
            return out.flip();
        }
    }
}
