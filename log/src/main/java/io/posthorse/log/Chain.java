package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The chain of a log: a CRC32C over the checksums of all its records so far. Two replicas with equal chains at a position
 * have equal records below it, so a replica that differs is found with the next batch. It detects faults, not forgery.
 */
public final class Chain {
    private Chain() {}

    /**
     * Returns the chain behind some records.
     *
     * @param chain the chain before them
     * @param records whole records, one behind the other, from the buffer's position to its limit
     */
    public static int behind(int chain, ByteBuffer records) {
        CRC32C crc = new CRC32C();
        ByteBuffer link = ByteBuffer.allocate(8);
        int now = chain;
        int at = records.position();
        while (at < records.limit()) {
            crc.reset();
            crc.update(link.putInt(0, now).putInt(4, records.getInt(at + RecordFormat.CRC)).clear());
            now = (int) crc.getValue();
            at += RecordFormat.occupied(records.getInt(at + RecordFormat.LENGTH));
        }
        return now;
    }
}
