package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.LogView;
import io.posthorse.log.RecordFormat;
import io.posthorse.platform.Background;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Writes messages again, at the tail, that somebody waits for in segments that are to go: each with its own partition and
 * offset, so that nobody sees one twice. Old messages are read, and checked, by the background; a damaged one is left where
 * it is.
 */
final class Carrier implements LivePass.Found {
    private static final int COUNT_MAX = 256;
    private static final int BYTES_MAX = 1 << 20;

    private final Broker broker;
    private final Background background;
    private List<Old> batch = new ArrayList<>();
    private long batchBytes;
    private boolean reading;
    private boolean failed;
    private List<Old> read = List.of();
    private long damaged;

    /** A message where it stands now; the bytes of its record once they are read, null where it is damaged. */
    private static final class Old {
        final Partition partition;
        final long offset;
        final long position;
        byte[] record;

        Old(Partition partition, long offset, long position) {
            this.partition = partition;
            this.offset = offset;
            this.position = position;
        }
    }

    Carrier(Broker broker, Background background) {
        this.broker = broker;
        this.background = background;
    }

    /** Whether something is being read, or was read and is not written yet. */
    boolean isBusy() {
        return reading || !read.isEmpty() || !batch.isEmpty();
    }

    /** Messages that could not be carried because they are damaged. */
    long damaged() {
        return damaged;
    }

    @Override
    public boolean takes(Partition partition, long offset, long position) {
        if (batch.size() >= COUNT_MAX || batchBytes >= BYTES_MAX) {
            return false;
        }
        batch.add(new Old(partition, offset, position));
        batchBytes += partition.index.length(offset);
        return true;
    }

    /**
     * Has what was taken read.
     *
     * @return false where the disk could not be asked the last time, and a moment should pass
     */
    boolean begin() {
        if (batch.isEmpty() || reading || !read.isEmpty()) {
            return true;
        }
        List<Old> taken = batch;
        batch = new ArrayList<>();
        batchBytes = 0;
        reading = true;
        Log log = broker.log();
        long number = log.readBegins();
        LogView view = log.view();
        boolean isFirst = !failed;
        boolean[] whole = new boolean[1];
        background.run(() -> whole[0] = read(taken, view), failure -> {
            log.readEnded(number);
            reading = false;
            failed = failure != null || !whole[0];
            if (failed) { // it is not known what is there: read again
                batch = taken;
            } else {
                read = taken;
            }
        });
        return isFirst;
    }

    /** False where the disk could not be asked. */
    private static boolean read(List<Old> taken, LogView view) {
        try {
            taken.forEach(old -> old.record = record(view, old.position));
            return true;
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private static byte[] record(LogView view, long position) {
        ByteBuffer bytes = view.bytesOrFailure(position);
        if (bytes == null) {
            return null;
        }
        byte[] record = new byte[bytes.getInt(view.index(position) + RecordFormat.LENGTH)];
        bytes.get(view.index(position), record);
        return record;
    }

    /** Writes what was read, in an open turn; false where the log has no room, and then it is tried again. */
    boolean write() {
        List<Old> due = read;
        for (int i = 0; i < due.size(); i++) {
            Old old = due.get(i);
            if (old.record == null) {
                damaged++;
            } else if (isThere(old) && !broker.appender().carry(old.partition, old.offset, ByteBuffer.wrap(old.record))) {
                read = List.copyOf(due.subList(i, due.size()));
                return false;
            }
        }
        read = List.of();
        return true;
    }

    private static boolean isThere(Old old) {
        return !old.partition.topic().isDeleted() && MessageMoves.position(old.partition, old.offset) == old.position;
    }
}
