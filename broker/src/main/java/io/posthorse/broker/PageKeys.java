package io.posthorse.broker;

import java.nio.ByteBuffer;

/** The keys of sections that are page numbers: u64, big endian. */
final class PageKeys {
    private PageKeys() {}

    static byte[] key(long page) {
        return ByteBuffer.allocate(8).putLong(page).array();
    }

    /** @throws MalformedEventException where it is no key of a page */
    static long number(byte[] key) {
        FieldCodec.require(key.length == 8, "a page key of %d bytes", key.length);
        long page = ByteBuffer.wrap(key).getLong();
        FieldCodec.require(page >= 0 && page < Long.MAX_VALUE >>> OffsetSet.PAGE_SHIFT, "the impossible page %d", page);
        return page;
    }

    /** Returns the page of an offset. */
    static long of(long offset) {
        return offset >>> OffsetSet.PAGE_SHIFT;
    }

    /** Returns the first offset of a page. */
    static long begin(long page) {
        return page << OffsetSet.PAGE_SHIFT;
    }
}
