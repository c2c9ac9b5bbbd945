package io.posthorse.broker;

import io.posthorse.fuzz.reading.Sums;
import io.posthorse.log.RecordFormat;
import io.posthorse.platform.StoredFile;
import io.posthorse.testkit.FaultyFileStore;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Writes the records of an input after those of a directory. Input, repeated: u8 type, u8 flags, u16 length of the payload,
 * the payload.
 * Flags: bit 0 more records of the group follow, bit 1 the checksum is wrong, bit 2 a message has the next offset of its
 * partition, bit 3 all before it was forced.
 */
final class HostileRecords {
    private static final String SEGMENT = "%020d.log".formatted(0);
    private static final int MORE = 1;
    private static final int WRONG = 2;
    private static final int NEXT = 4;
    private static final int FORCED = 8;
    private static final long TIME_MS = LivingBroker.TIME_MS + 1_000;

    private HostileRecords() {}

    static FaultyFileStore empty() {
        return new FaultyFileStore(new SeededEntropy(1));
    }

    /** Writes records into the first segment; returns their number. */
    static int append(FaultyFileStore files, byte[] input) throws IOException {
        try (StoredFile file = files.open(SEGMENT)) {
            ByteBuffer segment = ByteBuffer.allocate((int) file.size());
            file.read(0, segment);
            int tail = tail(segment);
            int at = tail;
            int count = 0;
            ByteBuffer in = ByteBuffer.wrap(input);
            while (in.remaining() >= 4) {
                byte type = in.get();
                int flags = in.get();
                int payload = Math.min(in.getShort() & 0xFFFF, in.remaining());
                if (payload > segment.capacity() - at - RecordFormat.PAYLOAD) {
                    break;
                }
                in.get(segment.array(), at + RecordFormat.PAYLOAD, payload);
                if ((flags & NEXT) != 0 && payload >= RecordFormat.ENVELOPE) {
                    segment.putLong(at + RecordFormat.OFFSET, next(segment, at));
                }
                head(segment, at, type, flags, RecordFormat.PAYLOAD + payload);
                at += RecordFormat.PAYLOAD + payload + 7 & ~7;
                count++;
            }
            file.write(tail, segment.slice(tail, at - tail));
            return count;
        }
    }

    private static void head(ByteBuffer segment, int at, byte type, int flags, int length) {
        segment.putInt(at, length).putLong(at + RecordFormat.POSITION, at).putLong(at + RecordFormat.TIME, TIME_MS);
        segment.put(at + RecordFormat.TYPE, type).put(at + RecordFormat.FLAGS, (byte) (flags & MORE));
        segment.putShort(at + RecordFormat.UNFORCED, (short) ((flags & FORCED) == 0 ? 0xFFFF : 0));
        segment.putInt(at + RecordFormat.EPOCH, 1);
        if ((flags & WRONG) == 0) {
            Sums.put(segment, at + RecordFormat.CRC, at + RecordFormat.POSITION, at + length);
        }
    }

    private static int tail(ByteBuffer segment) {
        int at = 64;
        while (at < segment.capacity() - RecordFormat.PAYLOAD && segment.getInt(at) > 0) {
            at += segment.getInt(at) + 7 & ~7;
        }
        return at;
    }

    /** Returns the next offset of the partition that the record at an index names. */
    private static long next(ByteBuffer segment, int record) {
        int partition = segment.getInt(record + RecordFormat.PARTITION);
        long next = 0;
        for (int at = 64; at < record; at += segment.getInt(at) + 7 & ~7) {
            if (segment.get(at + RecordFormat.TYPE) == RecordFormat.TYPE_MESSAGE
                    && segment.getInt(at) >= RecordFormat.NATIVE
                    && segment.getInt(at + RecordFormat.PARTITION) == partition) {
                next = Math.max(next, segment.getLong(at + RecordFormat.OFFSET) + 1);
            }
        }
        return next;
    }
}
