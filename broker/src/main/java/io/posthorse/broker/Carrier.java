package io.posthorse.broker;

import io.posthorse.log.Log;
import io.posthorse.log.LogView;
import io.posthorse.log.RecordFormat;
import io.posthorse.platform.Background;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The carrier of messages that somebody still waits for in segments to be dropped: writes each again at the tail with its
 * own partition and offset, so that no consumer gets it twice. The background reads and verifies the old messages; damaged
 * ones stay where they are.
 */
final class Carrier implements LivePass.Found {
    private static final int COUNT_MAX = 256;
    private static final int BYTES_MAX = 1 << 20;

    private final Broker broker;
    private final Background background;
    private final Set<Long> unreadable;
    private List<Old> batch = new ArrayList<>();
    private long batchBytes;
    private boolean reading;
    private boolean failed;
    private List<Old> read = List.of();
    private long damaged;

    /** A message at its present position; the bytes of its record once they are read, null where it is damaged. */
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

    /** @param unreadable gets the positions of messages that stay where they are, since only this node cannot read them */
    Carrier(Broker broker, Background background, Set<Long> unreadable) {
        this.broker = broker;
        this.background = background;
        this.unreadable = unreadable;
    }

    /** Returns whether messages are being read, or were read and are not written yet. */
    boolean isBusy() {
        return reading || !read.isEmpty() || !batch.isEmpty();
    }

    /** Returns the number of damaged messages that could not be carried. */
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
     * Begins to read the collected messages.
     *
     * @return false where the last read failed, so that the caller should wait a moment
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
        long number = log.beginRead();
        LogView view = log.view();
        boolean isFirst = !failed;
        boolean[] whole = new boolean[1];
        background.run(() -> whole[0] = read(taken, view), failure -> {
            log.endRead(number);
            reading = false;
            failed = failure != null || !whole[0];
            if (failed) { // the contents are unknown: read again
                batch = taken;
            } else {
                read = taken;
            }
        });
        return isFirst;
    }

    /** Reads the records; returns false where the disk failed. */
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

    /**
     * Writes the messages that were read, in an open turn; returns false where the log has no room, and continues with the
     * next call.
     */
    boolean write() {
        List<Old> due = read;
        for (int i = 0; i < due.size(); i++) {
            Old old = due.get(i);
            if (old.record == null) {
                damaged++;
                keep(old);
            } else if (isThere(old) && !broker.appender().carry(old.partition, old.offset, ByteBuffer.wrap(old.record))) {
                read = List.copyOf(due.subList(i, due.size()));
                return false;
            }
        }
        read = List.of();
        return true;
    }

    private void keep(Old old) {
        if (isThere(old) && broker.unreadable.stays(old.position, "carrying the message at offset " + old.offset
                + " of queue " + old.partition.number() + " of the topic " + old.partition.topic().name())) {
            unreadable.add(old.position);
        }
    }

    private static boolean isThere(Old old) {
        return !old.partition.topic().isDeleted() && MessageMoves.position(old.partition, old.offset) == old.position;
    }
}
