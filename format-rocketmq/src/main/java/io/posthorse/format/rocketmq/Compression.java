package io.posthorse.format.rocketmq;

import io.airlift.compress.zstd.ZstdInputStream;
import io.posthorse.codec.rocketmq.StoredMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.zip.GZIPInputStream;
import java.util.zip.InflaterInputStream;

/** Unpacks bodies that their clients compressed. The way stands in the system flag; old clients name none and mean zlib. */
public final class Compression {
    /** The longest body that is unpacked: a few bytes may stand for very many. */
    public static final int PLAIN_MAX = 16 << 20;

    private static final int WAY = 7 << 8;
    private static final int LZ4 = 1 << 8;
    private static final int ZSTD = 2 << 8;
    private static final int ZLIB = 3 << 8;
    private static final int GZIP_MAGIC = 0x1F8B;

    private Compression() {}

    /**
     * Returns a body as it was before it was compressed, the same array where it was not.
     *
     * @return null where it is damaged, longer than {@link #PLAIN_MAX}, or compressed in a way that nobody knows
     */
    public static byte[] plain(byte[] body, int systemFlag) {
        if ((systemFlag & StoredMessage.FLAG_COMPRESSED) == 0) {
            return body;
        }
        try {
            return switch (systemFlag & WAY) {
                case 0, ZLIB -> read(isGzip(body) ? new GZIPInputStream(bytes(body)) : new InflaterInputStream(bytes(body)));
                case LZ4 -> Lz4Frame.unpack(body, PLAIN_MAX);
                case ZSTD -> read(new ZstdInputStream(bytes(body)));
                default -> null;
            };
        } catch (IOException | RuntimeException e) {
            return null; // what it is damaged by is of no interest to its reader, who gets it as it is
        }
    }

    /** Returns whether a body is as it is, or packed with zlib or gzip, the ways that all clients know. */
    public static boolean isKnownToAll(int systemFlag) {
        int way = systemFlag & WAY;
        return (systemFlag & StoredMessage.FLAG_COMPRESSED) == 0 || way == 0 || way == ZLIB;
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
