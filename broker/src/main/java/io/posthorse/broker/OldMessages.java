package io.posthorse.broker;

import io.posthorse.platform.Background;
import java.util.ArrayDeque;

/**
 * The reads of old messages on another thread, so that no other request waits for the disk: it verifies and copies them,
 * and they are resident when their request is tried again. The number of concurrent reads is bounded.
 */
public final class OldMessages {
    private static final int UNDER_WAY_MAX = 8;
    private static final int WAITING_MAX = 10_000;
    /** Divisor of the heap for the part that waiting requests may take. */
    private static final int HEAP_PART = 32;

    private final Broker broker;
    private final Background reader;
    private final ArrayDeque<RetriedRequest> waiting = new ArrayDeque<>();
    private int underWay;
    private long bytes;

    /** @param reader thread that reads */
    public OldMessages(Broker broker, Background reader) {
        this.broker = broker;
        this.reader = reader;
    }

    /**
     * Replaces messages that may have to come from the disk by resident copies; the result ends before the first one
     * without a copy. Omits messages whose records are damaged, and converts those of other formats to the common one.
     *
     * @return false where the first one has to be read; nothing has changed then, and {@link #read} must follow
     */
    public boolean areResident(FetchResult found) {
        return !found.isCold() || broker.originals().take(found);
    }

    /**
     * Reads messages; the request is tried again once they, or others, are resident.
     *
     * @return false where too many requests wait, or this one was tried too often: it gets nothing now
     */
    public boolean read(FetchResult found, RetriedRequest who) {
        return read(new FirstOnes(found), who);
    }

    /**
     * Runs a command's lookup; the command is tried again after it.
     *
     * @return false where too many requests wait, or this one was tried too often: it gets nothing now
     */
    public boolean read(Lookup lookup, RetriedRequest who) {
        if (waiting.size() >= WAITING_MAX || bytes + who.bytes() > broker.settings().heapBytes() / HEAP_PART
                || !who.begins()) {
            return false;
        }
        bytes += who.bytes();
        if (underWay >= UNDER_WAY_MAX) {
            waiting.add(who);
            return true;
        }
        underWay++;
        lookup.begin();
        reader.run(lookup::read, failure -> {
            underWay--;
            lookup.end();
            tryAgain(who); // before other reads displace its messages
            wake();
        });
        return true;
    }

    /** A read of the first messages of a result: a bounded batch. */
    private final class FirstOnes implements Lookup {
        private final FetchResult found;
        private OriginalRead read;

        FirstOnes(FetchResult found) {
            this.found = found;
        }

        @Override
        public void begin() {
            read = OriginalRead.ofFirst(broker.log(), found);
        }

        @Override
        public void read() {
            read.read();
        }

        @Override
        public void end() {
            broker.originals().endRead(read);
        }
    }

    private void tryAgain(RetriedRequest who) {
        bytes -= who.bytes();
        broker.faults().guard("answering with old messages", who::ends);
    }

    /** Retries some waiting requests; where they needed no read, the others come behind the other work of the thread. */
    private void wake() {
        for (int left = UNDER_WAY_MAX - underWay; left > 0 && !waiting.isEmpty(); left--) {
            tryAgain(waiting.remove());
        }
        if (underWay == 0 && !waiting.isEmpty()) {
            reader.run(() -> { }, failure -> wake());
        }
    }
}
