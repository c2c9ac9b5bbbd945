package io.posthorse.broker;

import io.posthorse.platform.Background;
import java.util.ArrayDeque;

/**
 * Has old messages read by another thread, so that nobody else waits for the disk: they are checked by checksum and
 * copied, and are at hand when the request that asked for them is tried again. So many requests at a time.
 */
public final class OldMessages {
    private static final int UNDER_WAY_MAX = 8;
    private static final int WAITING_MAX = 10_000;
    /** Part of the heap that requests may take that wait. */
    private static final int HEAP_PART = 32;

    private final Broker broker;
    private final Background reader;
    private final ArrayDeque<RetriedRequest> waiting = new ArrayDeque<>();
    private int underWay;
    private long bytes;

    /** @param reader does the reading */
    public OldMessages(Broker broker, Background reader) {
        this.broker = broker;
        this.reader = reader;
    }

    /**
     * Puts what is at hand in the place of what may have to come from the disk; what is found ends before the first message
     * that is not. Messages whose records are damaged are left out, and those of other formats shown in the common one.
     *
     * @return false where the first one has to be read; then nothing has changed, and {@link #read} must follow
     */
    public boolean areAtHand(FetchResult found) {
        return !found.isCold() || broker.originals().take(found);
    }

    /**
     * Has messages read; the request is tried again when they are at hand, or others are.
     *
     * @return false where too many requests wait, or this one has asked too often: then there is nothing for it now
     */
    public boolean read(FetchResult found, RetriedRequest who) {
        return read(new FirstOnes(found), who);
    }

    /**
     * Has a command's lookup done; it is tried again behind it.
     *
     * @return false where too many requests wait, or this one has asked too often: then there is nothing for it now
     */
    public boolean read(Lookup lookup, RetriedRequest who) {
        if (waiting.size() >= WAITING_MAX || bytes + who.bytes() > Runtime.getRuntime().maxMemory() / HEAP_PART
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
            tryAgain(who); // before other reads displace what it has asked for
            wake();
        });
        return true;
    }

    /** A read of the first ones of those found: no more than a bounded batch. */
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

    /** Some of those that wait; where they needed no reading, the others come behind what else there is to do. */
    private void wake() {
        for (int left = UNDER_WAY_MAX - underWay; left > 0 && !waiting.isEmpty(); left--) {
            tryAgain(waiting.remove());
        }
        if (underWay == 0 && !waiting.isEmpty()) {
            reader.run(() -> { }, failure -> wake());
        }
    }
}
