package io.posthorse.broker.delivery;

import java.util.Set;
import java.util.TreeSet;

/** A consumer attached to a feed. */
public final class Consumer {
    private final Wish wish;
    private final Credit credit;
    private final Receiver receiver;
    Feed feed;
    View view;
    boolean touched;
    /** Number of its attachment; the first consumer has the smallest one. */
    long number;
    /** Order of its turn, the smallest first; valid with {@link #hasTurn}. */
    long turn;
    boolean hasTurn;
    /** Its groups; null before the first one. */
    Set<String> groups;
    /** The first messages of those groups in its view's window; null before the first one. */
    TreeSet<Candidate> own;

    /**
     * A consumer's request.
     *
     * @param selector selector of its messages; null for all
     * @param priority among consumers that could take a message, those with the highest priority get it
     * @param exclusive whether it wants all messages while it is attached; the first such consumer gets them
     */
    public record Wish(Selector selector, int priority, boolean exclusive) {}

    public Consumer(Wish wish, Credit credit, Receiver receiver) {
        this.wish = wish;
        this.credit = credit;
        this.receiver = receiver;
    }

    Wish wish() {
        return wish;
    }

    Credit credit() {
        return credit;
    }

    Receiver receiver() {
        return receiver;
    }

    /** Returns whether it is attached. */
    public boolean isAttached() {
        return feed != null;
    }

    /** Sets its credit. Where it had none before, the caller wakes it too. */
    public void credit(int messages) {
        credit.set(messages);
    }

    /** Notes that it takes more now. */
    public void wake() {
        if (feed != null) {
            feed.wake(this);
        }
    }

    /** Detaches it, if it is attached. */
    public void detach() {
        if (feed != null) {
            feed.detach(this);
        }
    }

    public boolean isAttachedTo(Feed other) {
        return feed == other;
    }

    /** Detaches it where the topic was deleted; returns whether it did. */
    public boolean detachFromDeleted() {
        boolean isOver = feed != null && feed.topic().isDeleted();
        if (isOver) {
            detach();
        }
        return isOver;
    }

    boolean canTake() {
        return credit.left() > 0 && receiver.isReady();
    }
}
