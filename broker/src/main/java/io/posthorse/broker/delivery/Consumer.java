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
    /** Who came first has the smallest one. */
    long number;
    /** Whose turn comes first has the smallest one; of those who have one. */
    long turn;
    boolean hasTurn;
    /** Groups that are its own; null before the first one. */
    Set<String> groups;
    /** The first messages of those groups in its view's window; null before the first one. */
    TreeSet<Candidate> own;

    /**
     * What a consumer asks for.
     *
     * @param selector which messages it wants; null for all
     * @param priority among consumers that could take a message, those with the highest priority get it
     * @param exclusive whether it wants all messages as long as it is there; the first one who wants that has them
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

    /** Whether it is attached. */
    public boolean isAttached() {
        return feed != null;
    }

    /** It takes so many from now on. Who took none before wakes, too. */
    public void credit(int messages) {
        credit.set(messages);
    }

    /** It takes more now. */
    public void wake() {
        if (feed != null) {
            feed.wake(this);
        }
    }

    /** Ends its attachment, where there is one. */
    public void detach() {
        if (feed != null) {
            feed.detach(this);
        }
    }

    public boolean isAttachedTo(Feed other) {
        return feed == other;
    }

    /** Ends its attachment where the topic was deleted, and says so. */
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
