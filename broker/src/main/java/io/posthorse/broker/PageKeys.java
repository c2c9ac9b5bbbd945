package io.posthorse.broker;

import java.nio.ByteBuffer;

/** Numbers of pages as keys of sections: u64, big endian. */
final class PageKeys {
    private PageKeys() {}

    static byte[] key(long page) {
        return ByteBuffer.allocate(8).putLong(page).array();
    }

    /** @throws MalformedEventException where it is no key of a page */
    static long number(byte[] key) {
        FieldCodec.require(key.length == 8, "a page whose key has %d bytes", key.length);
        long page = ByteBuffer.wrap(key).getLong();
        FieldCodec.require(page >= 0 && page < Long.MAX_VALUE >>> OffsetSet.PAGE_SHIFT, "a page %d", page);
        return page;
    }

    /** Page of an offset. */
    static long of(long offset) {
        return offset >>> OffsetSet.PAGE_SHIFT;
    }

    /** First offset of a page. */
    static long begin(long page) {
        return page << OffsetSet.PAGE_SHIFT;
    }
}
