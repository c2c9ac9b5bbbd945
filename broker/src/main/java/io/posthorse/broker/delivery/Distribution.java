package io.posthorse.broker.delivery;

import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The distribution of messages: pumps feeds, finds messages that their consumers want, and hands each to one of them. One
 * object serves all feeds in turn, so that an idle feed costs nothing.
 */
final class Distribution {
    /** Maximum views that one pump serves. */
    private static final int SERVED_MAX = 2_000;

    private final PumpBudget work;
    private final FeedSearch search;
    private final List<Consumer> touched = new ArrayList<>();
    /** Expired messages that cannot be settled now, with the views that had them. */
    private final Map<Candidate, List<View>> refused = new HashMap<>();

    private Feed feed;

    Distribution(Deliveries deliveries) {
        this.work = deliveries.work();
        this.search = new FeedSearch(deliveries);
    }

    /** Pumps a feed; returns whether there is more to do at once. */
    boolean run(Feed pumped) {
        feed = pumped;
        try {
            for (int served = 0; served < SERVED_MAX && work.mayContinue(); served++) {
                View view = feed.nextDue();
                if (view == null) {
                    break;
                }
                if (serve(view, served == 0)) {
                    feed.due(view);
                }
            }
        } finally {
            flush();
            putBack();
            feed.unstick();
        }
        return feed.hasDue();
    }

    private void flush() {
        for (Consumer consumer : touched) {
            consumer.touched = false;
            try {
                consumer.receiver().flush();
            } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) {
                feed.failed(e); // the others are served, and so is this one with its next message
            }
        }
        touched.clear();
    }

    private void putBack() {
        refused.forEach((message, views) -> views.forEach(view -> {
            view.window().add(message);
            feed.lookAgainLater(view);
        }));
        refused.clear();
    }

    /**
     * Runs a turn of a view; returns whether it has more to do at once. It hands out once it has looked far enough ahead,
     * or as far as one pump may: where others have used that up, it is the first one of the next pump.
     */
    private boolean serve(View view, boolean isFirst) {
        Consumer only = feed.only();
        if (only != null && only.view != view) {
            return false; // all are due when that one leaves
        }
        while (hasWaitingConsumer(view, only)) {
            if (!search.examineReturned(feed, view)) {
                return !view.waitsForDisk;
            }
            boolean found = false;
            while (view.window().isLow() && search.look(feed, view)) {
                found = true;
            }
            if (!isFirst && !work.mayLook() && view.window().isLow()) {
                feed.dueFirst(view);
                return false;
            }
            expire(view);
            boolean handed = handOut(view, only);
            if (work.isSpent()) {
                return true;
            }
            if (!handed && !found && !findMore(view)) {
                return !view.waitsForDisk && !work.mayLook();
            }
        }
        return false;
    }

    /** Tries to find other messages where those found are for other consumers, or gone. */
    private boolean findMore(View view) {
        if (view.window().isLow()) {
            return false;
        }
        if (view.sweptAt != feed.departures()) {
            view.sweptAt = feed.departures();
            work.swept(view.window().size());
            if (view.window().sweep(c -> feed.isFree(c.lane(), c.offset()))) {
                return true;
            }
        }
        boolean found = search.look(feed, view);
        if (view.window().isFull()) {
            feed.stuck(view);
        }
        return found;
    }

    private boolean hasWaitingConsumer(View view, Consumer only) {
        if (only != null) {
            return only.hasTurn && canTake(only);
        }
        for (Consumer first = view.turns().first(); first != null; first = view.turns().first()) {
            if (canTake(first)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether the consumer can take a message; if not, it has no turn until it wakes. */
    private boolean canTake(Consumer consumer) {
        boolean can = false;
        try {
            can = consumer.canTake();
        } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) {
            feed.failed(e);
            feed.wakeLater(consumer);
        }
        if (!can) {
            consumer.view.turns().leave(consumer);
        }
        return can;
    }

    // ---- handing out

    /** Hands messages to consumers in turn, until more should be searched for; returns false where none got one. */
    private boolean handOut(View view, Consumer only) {
        boolean any = false;
        boolean wasLow = view.window().isLow();
        while (!work.isSpent() && wasLow == view.window().isLow()) {
            boolean anyForAll = view.window().firstForAll() != null;
            Consumer consumer = only != null ? only : view.turns().next(anyForAll);
            if (consumer == null || !consumer.hasTurn) {
                break;
            }
            if (canTake(consumer)) {
                Candidate message = pick(view, consumer);
                if (message != null && !isResident(view, message)) {
                    break;
                }
                if (message != null) {
                    view.window().remove(message);
                    hand(message, consumer);
                    any = true;
                } else if (only != null) {
                    break;
                }
            }
        }
        return any;
    }

    /** Returns the next message for a consumer, which stays in the window; null where there is none. */
    private Candidate pick(View view, Consumer consumer) {
        while (true) {
            Candidate message = view.window().first(consumer);
            if (message == null) {
                return null;
            }
            if (!feed.isFree(message.lane(), message.offset())) {
                view.window().remove(message);
            } else if (message.traits().isExpired(feed.broker().wallNow())) {
                expire(view, message);
            } else {
                return message;
            }
        }
    }

    private boolean isResident(View view, Candidate message) {
        if (feed.broker().originals().isResident(message.position())) {
            return true;
        }
        search.requestRead(feed, view, message.lane(), message.offset());
        return false;
    }

    private void hand(Candidate message, Consumer consumer) {
        MessageTraits traits = message.traits();
        boolean first = traits.group() != null && feed.groups().pin(traits.group(), consumer, traits.closesGroup());
        Partition partition = message.lane().partition();
        Delivery delivery = new Delivery(feed, message, consumer,
                feed.settlements().deliveries(feed.subscription(), partition, message.offset()),
                feed.settlements().lostDeliveries(feed.subscription(), partition, message.offset()), first);
        message.lane().hold(delivery);
        feed.departed();
        consumer.credit().take();
        work.handed(message.length());
        feed.served(consumer);
        if (!consumer.touched) {
            consumer.touched = true;
            touched.add(consumer);
        }
        try {
            consumer.receiver().receive(delivery);
        } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) {
            message.lane().drop(delivery);
            consumer.credit().giveBack();
            feed.withhold(message.lane(), message.offset(), e);
        }
    }

    // ---- time

    /** Settles expired messages, including those that no consumer's turn would reach. */
    private void expire(View view) {
        while (!work.isSpent()) {
            Candidate message = view.window().firstExpired(feed.broker().wallNow());
            if (message == null) {
                return;
            }
            if (feed.isFree(message.lane(), message.offset())) {
                expire(view, message);
            } else {
                view.window().remove(message);
            }
        }
    }

    private void expire(View view, Candidate message) {
        view.window().remove(message);
        if (refused.containsKey(message) || !isLetterResident(view, message) || !settleExpired(message)) {
            refused.computeIfAbsent(message, m -> new ArrayList<>()).add(view); // the others go on
        }
    }

    /** Returns whether the bytes for its dead letter are resident; otherwise they are read. */
    private boolean isLetterResident(View view, Candidate message) {
        return !message.traits().persistent() || feed.subscription().isTransient()
                || feed.broker().originals().isResident(message.position()) || !view.waitsForDisk && isResident(view,
                        message);
    }

    private boolean settleExpired(Candidate message) {
        work.handed(0);
        feed.departed();
        try {
            return feed.undeliverable().expired(
                    feed, message.lane().partition(), message.offset(), message.position(), message.traits());
        } catch (RuntimeException | StackOverflowError | LinkageError | InternalError e) {
            feed.withhold(message.lane(), message.offset(), e);
            return true;
        }
    }
}
