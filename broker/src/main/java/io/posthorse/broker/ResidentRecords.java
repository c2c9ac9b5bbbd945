package io.posthorse.broker;

import io.posthorse.log.LogView;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;

/**
 * The records that the owner can read without waiting for the disk: young ones, and the last old ones that another thread
 * has read into memory. Used on the owner's thread.
 */
public final class ResidentRecords {
    private static final int REMEMBERED_MAX = 16_384;
    /**
     * Maximum times that one command may ask for; a fraction of the remembered records, so that several commands can
     * complete.
     */
    private static final int TIMES_MAX = 4_096;
    private static final int ANSWERS_MAX = 1_024;

    private final Broker broker;
    /** Positions of old records read into memory, the latest last. */
    private final LinkedHashSet<Long> brought = new LinkedHashSet<>();
    /** Answers that no command has fetched yet. */
    private final Map<LogQuery<?>, Object> answers = new HashMap<>();

    ResidentRecords(Broker broker) {
        this.broker = broker;
    }

    boolean has(long position) {
        return position < 0 || !broker.isCold(position) || brought.contains(position)
                || broker.originals().held(position) != null;
    }

    /**
     * Requires the records at some positions to be resident.
     *
     * @throws NotResidentException where one of them may have to come from the disk
     */
    public void require(long... positions) {
        long[] missing = Arrays.stream(positions).filter(position -> !has(position)).toArray();
        if (missing.length > 0) {
            throw new NotResidentException(new Bringing(missing), broker.decisions());
        }
    }

    /**
     * Returns the native bytes of the message at a position, in the common format; null where there is none.
     *
     * @throws NotResidentException where they may have to come from the disk
     */
    public ByteBuffer message(long position) {
        require(position);
        OriginalRead.Copy copy = broker.isCold(position) ? broker.originals().held(position) : null;
        if (copy == null || !copy.delivered()) {
            return broker.nativeAt(position);
        }
        return copy.content() == null ? null : broker.renderer().show(copy);
    }

    /**
     * Returns the answer to a query, and forgets it.
     *
     * @throws NotResidentException where the query was not answered yet
     */
    @SuppressWarnings("unchecked") // the query's own search has found it
    public <T> T answer(LogQuery<T> question) {
        Object answer = answers.remove(question);
        if (answer == null) {
            throw new NotResidentException(new Searching<>(question), broker.decisions());
        }
        return (T) answer;
    }

    /** Begins to collect times of messages for one answer. */
    public Times times() {
        return new Times();
    }

    /** The times of messages for one answer: all records that may have to come from the disk are requested together. */
    public final class Times {
        private final LinkedHashSet<Long> missing = new LinkedHashSet<>();
        private int old;

        private Times() {}

        /**
         * Returns the time of the message at an offset, ms since 1970; -1 where there is none, where it is not resident, or
         * where this answer has asked for more old ones than {@value #TIMES_MAX}.
         */
        public long at(Partition partition, long offset) {
            long position = MessageMoves.position(partition, offset);
            if (position < 0 || broker.isCold(position) && ++old > TIMES_MAX) {
                return -1;
            }
            if (has(position)) {
                return PartitionReader.timeAt(broker.log(), partition.index, offset);
            }
            missing.add(position);
            return -1;
        }

        /**
         * Must be called after the last one.
         *
         * @throws NotResidentException where not all were resident
         */
        public void require() {
            if (!missing.isEmpty()) {
                ResidentRecords.this.require(missing.stream().mapToLong(Long::longValue).toArray());
            }
        }
    }

    /** Notes that a record was read into memory, or that it cannot be. */
    private void add(long position) {
        brought.remove(position);
        brought.add(position);
        if (brought.size() > REMEMBERED_MAX) {
            Iterator<Long> oldest = brought.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    private final class Searching<T> implements Lookup {
        private final LogQuery<T> question;
        private LogQuery.Search<T> search;
        private T found;

        Searching(LogQuery<T> question) {
            this.question = question;
        }

        @Override
        public void begin() {
            search = question.begin();
        }

        @Override
        public void read() {
            found = search.find();
        }

        @Override
        public void end() {
            search.end();
            if (answers.size() >= ANSWERS_MAX) {
                answers.clear(); // the commands that asked are gone
            }
            if (found != null) {
                answers.put(question, found);
            }
        }
    }

    /** Returns a lookup that reads the records at some positions into memory. */
    Lookup bringing(long... positions) {
        return new Bringing(positions);
    }

    private final class Bringing implements Lookup {
        private final long[] positions;
        private long number;
        private LogView view;

        Bringing(long... positions) {
            this.positions = positions;
        }

        @Override
        public void begin() {
            number = broker.log().beginRead();
            view = broker.log().view();
        }

        @Override
        public void read() {
            for (long position : positions) {
                view.bytes(position);
            }
        }

        @Override
        public void end() {
            broker.log().endRead(number);
            Arrays.stream(positions).forEach(ResidentRecords.this::add);
        }
    }
}
