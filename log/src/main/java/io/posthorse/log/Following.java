package io.posthorse.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The log of a slave, which takes the records of its master: the same bytes at the same positions, checked, written and
 * applied. It appends nothing of its own. All calls come on the owner's thread.
 */
public final class Following {
    private final Store store;
    private final Log log;
    private final RecordCheck check = new RecordCheck();
    /** Position behind the last record. */
    private long end;

    /** A receiver of the applied records. */
    public interface Applied {
        /** Takes a record that the state has now, by the index of its first byte. */
        void record(ByteBuffer records, int at);
    }

    /** Lets a log that has begun refuse records of its own from now on. */
    public Following(Store store) {
        this.store = store;
        this.log = store.log();
        this.end = endOf(log);
        log.follow();
    }

    /** Returns the position behind the last record of a log; 0 where it has none. */
    public static long endOf(Log log) {
        Segment[] all = log.view().segments();
        Segment last = all[all.length - 1];
        boolean isBegin = log.tail() == last.base + Segment.HEADER && (last.previous >= 0 || last.base == 0);
        return isBegin ? Math.max(0, last.previous) : log.tail();
    }

    /** Returns the position behind the last record that was taken. */
    public long end() {
        return end;
    }

    /**
     * Takes the next records of the master.
     *
     * @throws DivergedException where they do not continue this log, or are damaged; nothing was changed
     * @throws IOException where the disk is full or fails; nothing was changed where {@link Log#poison} is null
     */
    public void take(Shipment shipment, Applied applied) throws IOException {
        if (log.poison() != null) {
            throw log.poison();
        }
        requireContinues(shipment);
        requireWhole(shipment);
        ByteBuffer unit = shipment.records().slice(0, shipment.records().limit());
        if (end == 0) {
            log.beginAgain(shipment.segmentBytes());
        }
        log.put(unit.duplicate(), shipment.position(), shipment.segmentBytes());
        end = shipment.end();
        for (int at = 0; at < unit.limit(); at += RecordFormat.occupied(unit.getInt(at + RecordFormat.LENGTH))) {
            try {
                store.apply(unit, at, shipment.position() + at);
            } catch (RuntimeException | Error e) {
                log.fail(new IOException(
                        "the record at position " + (shipment.position() + at) + " cannot be applied: " + e, e));
                throw e;
            }
            applied.record(unit, at);
        }
    }

    private void requireContinues(Shipment shipment) throws DivergedException {
        long[] bases = log.segmentBases();
        long last = bases[bases.length - 1];
        long size = log.segmentBytes(last);
        boolean isPossible = shipment.segmentBytes() >= LogSettings.SEGMENT_BYTES_MIN && shipment.segmentBytes() % 8 == 0;
        boolean isEmpty = end == 0 && bases.length == 1 && last == 0;
        boolean isHere = shipment.segment() == last && (isEmpty && isPossible || shipment.segmentBytes() == size);
        boolean isNext = end > 0 && shipment.segment() == last + size && isPossible;
        long begin = Math.max(end, shipment.segment() + Segment.HEADER);
        boolean fits = isHere && shipment.position() == begin || isNext && shipment.position() == shipment.segment()
                + Segment.HEADER;
        if (!fits || shipment.end() > shipment.segment() + shipment.segmentBytes()) {
            throw new DivergedException("The master has sent records for position " + shipment.position()
                    + " in a segment of " + shipment.segmentBytes() + " bytes that begins at " + shipment.segment()
                    + ", but this log ends at position " + end + " in one of " + size + " bytes that begins at " + last);
        }
    }

    private void requireWhole(Shipment shipment) throws DivergedException {
        ByteBuffer unit = shipment.records().slice(0, shipment.records().limit());
        int at = 0;
        boolean more = true;
        while (at < unit.limit()) {
            if (!check.isWhole(unit, at, shipment.position() + at)) {
                throw new DivergedException("The master has sent a damaged record for position "
                        + (shipment.position() + at));
            }
            unit.clear();
            more = (unit.get(at + RecordFormat.FLAGS) & RecordFormat.FLAG_MORE) != 0;
            at += RecordFormat.occupied(unit.getInt(at + RecordFormat.LENGTH));
        }
        if (more || at != unit.limit()) {
            throw new DivergedException("The master has sent half of an atomic group at position " + shipment.position());
        }
    }

    /**
     * Drops the segments that the master has dropped, as far as two checkpoints of this log cover them.
     *
     * @param kept first positions of the master's segments, in order
     */
    public void keepOnly(long[] kept) {
        for (long base : log.segmentBases()) {
            if (Arrays.binarySearch(kept, base) < 0) {
                store.drop(base);
            }
        }
    }
}
