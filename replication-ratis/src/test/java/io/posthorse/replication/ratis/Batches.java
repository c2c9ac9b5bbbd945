package io.posthorse.replication.ratis;

import io.posthorse.log.Batch;
import io.posthorse.log.MalformedBatchException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Batches of a number, at the position of that number. */
final class Batches {
    private Batches() {}

    /** @param bytes of the records, a multiple of 8 */
    static Batch of(long term, long number, int bytes) {
        ByteBuffer batch = ByteBuffer.allocate(Batch.HEADER + bytes);
        batch.put(0, (byte) 1).put(1, (byte) 1).putInt(4, bytes).putLong(8, term).putLong(16, number);
        CRC32C crc = new CRC32C();
        crc.update(batch.duplicate().limit(28));
        batch.putInt(28, (int) crc.getValue());
        for (int at = Batch.HEADER; at < batch.limit(); at += 8) {
            batch.putLong(at, number);
        }
        try {
            return Batch.read(batch);
        } catch (MalformedBatchException e) {
            throw new AssertionError(e);
        }
    }
}
