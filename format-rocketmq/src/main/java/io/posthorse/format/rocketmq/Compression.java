package io.posthorse.format.rocketmq;

import io.airlift.compress.zstd.ZstdInputStream;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/** Decompresses bodies that clients compressed. The system flag names the method; old clients name none and use zlib. */
public final class Compression {
    /** Maximum length of a decompressed body, since few bytes may decompress to very many. */
    public static final int PLAIN_MAX = 16 << 20;

    private static final int METHOD = 7 << 8;
    private static final int LZ4 = 1 << 8;
    private static final int ZSTD = 2 << 8;
    private static final int ZLIB = 3 << 8;
    private static final int GZIP_MAGIC = 0x1F8B;

    private Compression() {}

    /**
     * Returns the body as it was before compression; the same array where it is not compressed.
     *
     * @return null where the body is damaged, longer than {@link #PLAIN_MAX}, or compressed by an unknown method
     */
    public static byte[] plain(byte[] body, int systemFlag) {
        if ((systemFlag & StoredMessage.FLAG_COMPRESSED) == 0) {
            return body;
        }
        try {
            return switch (systemFlag & METHOD) {
                case 0, ZLIB -> read(isGzip(body) ? new GZIPInputStream(bytes(body)) : new InflaterInputStream(bytes(body)));
                case LZ4 -> Lz4Frame.unpack(body, PLAIN_MAX);
                case ZSTD -> read(new ZstdInputStream(bytes(body)));
                default -> null;
            };
        } catch (IOException | RuntimeException e) {
            return null; // the kind of damage does not matter: the reader gets the body as it is
        }
    }

    /** Returns whether a body is uncompressed, or compressed with zlib or gzip, the methods that all clients know. */
    public static boolean isKnownToAll(int systemFlag) {
        int method = systemFlag & METHOD;
        return (systemFlag & StoredMessage.FLAG_COMPRESSED) == 0 || method == 0 || method == ZLIB;
    }

    private static boolean isGzip(byte[] body) {
        return body.length > 2 && ((body[0] & 0xFF) << 8 | body[1] & 0xFF) == GZIP_MAGIC;
    }

    private static InputStream bytes(byte[] body) {
        return new ByteArrayInputStream(body);
    }

    private static byte[] read(InputStream packed) throws IOException {
        try (packed) {
            byte[] plain = packed.readNBytes(PLAIN_MAX + 1);
            return plain.length > PLAIN_MAX ? null : plain;
        }
    }
}
