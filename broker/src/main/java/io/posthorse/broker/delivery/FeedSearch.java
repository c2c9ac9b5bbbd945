package io.posthorse.broker.delivery;

import io.posthorse.broker.Broker;
import io.posthorse.broker.FetchResult;
import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.OriginalMessages;
import io.posthorse.broker.TagFilter;
import java.util.ArrayList;
import java.util.List;

/** The search of a feed's partitions for messages that a view's consumers want. One object serves all feeds in turn. */
final class FeedSearch {
    private static final int FETCH_BYTES = 4 << 20;

    private final Deliveries deliveries;
    private final PumpBudget work;
    private final FetchResult fetch;
    private final List<Long> unwanted = new ArrayList<>();

    FeedSearch(Deliveries deliveries) {
        this.deliveries = deliveries;
        this.work = deliveries.work();
        this.fetch = deliveries.places();
    }

    private OriginalMessages originals() {
        return deliveries.broker().originals();
    }

    // ---- messages given back

    /** Examines messages given back; returns whether none is left, so that no younger message overtakes one of them. */
    boolean examineReturned(Feed feed, View view) {
        ReturnedMessages returned = feed.returned();
        if (returned == null) {
            return true;
        }
        if (view.returned < returned.begin()) {
            view.restart(returned.end());
        }
        while (view.returned < returned.end()) {
            Candidate message = returned.at(view.returned);
            if (isLookedFor(feed, view, message)) {
                if (!work.mayLook()) {
                    return false;
                }
                if (!originals().isResident(message.position())
                        && (message.traits() == null || view.selector() != null)) {
                    requestRead(feed, view, message.lane(), message.offset());
                    return false;
                }
                work.looked(view.selector(), message.length());
                considerAgain(feed, view, message);
            }
            view.returned++;
        }
        feed.forgetReturned();
        return true;
    }

    /** Returns whether a message given back must be examined; the view finds later ones on its way. */
    private boolean isLookedFor(Feed feed, View view, Candidate message) {
        return message.offset() < view.next(message.lane()) && feed.isFree(message.lane(), message.offset());
    }

    private void considerAgain(Feed feed, View view, Candidate message) {
        try {
            MessageTraits traits = message.traits() == null ? originals().traitsAt(message.position()) : message.traits();
            if (traits != null && wants(view, message.position())) {
                view.window().add(message.with(traits));
            }
        } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) {
            feed.withhold(message.lane(), message.offset(), e);
        }
    }

    // ---- messages not examined yet

    /** Searches more of the partitions; returns whether it made progress. */
    boolean look(Feed feed, View view) {
        boolean any = false;
        for (FeedPartition lane : feed.lanes()) {
            if (view.waitsForDisk || view.window().isFull() || !work.mayLook()) {
                break;
            }
            any |= look(feed, view, lane);
        }
        return any;
    }

    private boolean look(Feed feed, View view, FeedPartition lane) {
        Broker broker = feed.broker();
        long from = Math.max(view.next(lane), broker.begin(lane.partition()));
        from = feed.settlements().nextUnsettled(feed.subscription(), lane.partition(), from);
        if (from >= broker.end(lane.partition())) {
            return false;
        }
        if (view.next(lane) == 0) {
            feed.settlements().trim(feed.subscription(), lane.partition());
        }
        int most = Math.min(work.messages(view.selector()), CandidateWindow.SIZE - view.window().size());
        int bytes = Math.min(FETCH_BYTES, work.bytes(view.selector()));
        broker.fetch(lane.partition(), from, Math.min(most, FetchResult.COUNT_MAX), bytes, TagFilter.ALL, fetch);
        if (fetch.isCold()) { // no more than one read from the disk
            broker.fetch(
                    lane.partition(), from, Math.min(most, ColdReads.COUNT_MAX), ColdReads.BYTES_MAX, TagFilter.ALL, fetch);
        }
        work.visited();
        long next = considerFound(feed, view, lane);
        if (next <= from) {
            ask(feed, view, lane);
            return false;
        }
        view.next(lane, next);
        return true;
    }

    /**
     * Considers the found messages that are resident; returns the offset to continue at, which is that of the first other
     * one.
     */
    private long considerFound(Feed feed, View view, FeedPartition lane) {
        unwanted.clear();
        long next = fetch.next();
        for (int i = 0; i < fetch.count(); i++) {
            long offset = fetch.offset(i);
            if (feed.isFree(lane, offset)) {
                if (!originals().isResident(fetch.position(i))) {
                    next = offset;
                    break;
                }
                consider(feed, view, lane, i);
            } else {
                work.looked(null, 0);
            }
        }
        if (!unwanted.isEmpty()) {
            feed.settlements().settle(feed.subscription(), lane.partition(), unwanted);
            unwanted.clear();
        }
        return next;
    }

    private void consider(Feed feed, View view, FeedPartition lane, int i) {
        long offset = fetch.offset(i);
        long position = fetch.position(i);
        work.looked(view.selector(), fetch.length(i));
        try {
            MessageTraits traits = originals().traitsAt(position);
            if (traits == null) {
                feed.settlements().settle(feed.subscription(), lane.partition(), offset); // its record is damaged
            } else if (wants(view, position)) {
                view.window().add(new Candidate(lane, offset, position, fetch.length(i), traits));
            } else if (feed.settlesUnwanted()) {
                unwanted.add(offset);
            }
        } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) {
            feed.withhold(lane, offset, e);
        }
    }

    private static boolean wants(View view, long position) {
        return view.selector() == null || view.selector().matches(position);
    }

    // ---- the disk

    /** Reads the messages from an offset from the disk; the view waits for them. */
    void requestRead(Feed feed, View view, FeedPartition lane, long offset) {
        deliveries.broker().fetch(
                lane.partition(), offset, ColdReads.COUNT_MAX, ColdReads.BYTES_MAX, TagFilter.ALL, fetch);
        ask(feed, view, lane);
    }

    private void ask(Feed feed, View view, FeedPartition lane) {
        feed.waitForDisk(view);
        deliveries.cold().ask(feed, fetch, offset -> feed.isFree(lane, offset));
    }
}
