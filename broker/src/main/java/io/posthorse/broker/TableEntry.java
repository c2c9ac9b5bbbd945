package io.posthorse.broker;

/**
 * An entry of one of the small tables, or its removal. The bytes are not copied, and must not change.
 *
 * @param table number of the table, 0 to 255
 * @param key 1 to {@link Tables#KEY_BYTES_MAX} bytes
 * @param value at most {@link Tables#VALUE_BYTES_MAX} bytes; null where there is no such entry any more
 */
public record TableEntry(int table, byte[] key, byte[] value) {
    /** Returns the bytes that count for the bound of all tables. */
    long bytes() {
        return (long) Tables.ENTRY_BYTES + key.length + (value == null ? 0 : value.length);
    }

    /** Shows where it is, and never what it contains: that may be secret. */
    @Override
    public String toString() {
        return "an entry of table " + table + ", " + (value == null ? "removed" : value.length + " bytes");
    }
}
