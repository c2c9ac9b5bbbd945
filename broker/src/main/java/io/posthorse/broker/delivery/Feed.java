package io.posthorse.broker.delivery;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Settlements;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The feed: messages of one subscription to one topic, handed out to the consumers attached to it, each message to one of
 * them. Only the feed knows which consumer holds which message, until the process ends; settlements are in the log.
 *
 * <p>A feed with consumers is pumped whenever something has changed: messages came, a consumer got credit, a message was
 * given back. One pump hands out a bounded number of messages, so that other feeds and connections get their turn.
 */
public final class Feed extends Pump {
    private static final Comparator<Consumer> EXCLUSIVE = Comparator.comparingInt((Consumer c) -> -c.wish().priority())
            .thenComparingLong(c -> c.number);

    private final Deliveries deliveries;
    private final Topic topic;
    private final Subscription subscription;
    private final UndeliverableHandler undeliverable;
    private final boolean settlesUnwanted;
    private final List<FeedPartition> lanes = new ArrayList<>(1);
    private final FeedViews views = new FeedViews(this);
    private final MessageGroups groups = new MessageGroups(this);
    /** Exclusive consumers, the present one first; null until there is one. */
    private TreeSet<Consumer> exclusive;
    /** Null until a message was given back. */
    private ReturnedMessages returned;

    private int attached;
    private long attachments;
    private long turns;
    private long departures;

    Feed(
            Deliveries deliveries, Topic topic, Subscription subscription, UndeliverableHandler undeliverable,
            boolean settlesUnwanted) {
        this.deliveries = deliveries;
        this.topic = topic;
        this.subscription = subscription;
        this.undeliverable = undeliverable;
        this.settlesUnwanted = settlesUnwanted;
        followPartitions();
    }

    public Topic topic() {
        return topic;
    }

    public Subscription subscription() {
        return subscription;
    }

    Broker broker() {
        return deliveries.broker();
    }

    Settlements settlements() {
        return broker().settlements();
    }

    UndeliverableHandler undeliverable() {
        return undeliverable;
    }

    boolean settlesUnwanted() {
        return settlesUnwanted;
    }

    List<FeedPartition> lanes() {
        return lanes;
    }

    MessageGroups groups() {
        return groups;
    }

    /** Returns the messages given back; null where there are none. */
    ReturnedMessages returned() {
        return returned;
    }

    /** Returns the number of attached consumers. */
    public int attached() {
        return attached;
    }

    /** Returns the number of messages that consumers hold. */
    public int held() {
        int held = 0;
        for (FeedPartition lane : lanes) {
            held += lane.heldCount();
        }
        return held;
    }

    /** Returns whether it has an exclusive consumer. */
    public boolean isExclusive() {
        return only() != null;
    }

    /** Returns whether a message is neither held nor settled. */
    boolean isFree(FeedPartition lane, long offset) {
        return !lane.isTaken(offset) && !settlements().isSettled(subscription, lane.partition(), offset);
    }

    // ---- consumers

    public void attach(Consumer consumer) {
        consumer.feed = this;
        consumer.number = ++attachments;
        consumer.view = views.of(consumer.wish().selector());
        consumer.view.consumers++;
        attached++;
        deliveries.count(this, 1);
        if (consumer.wish().exclusive()) {
            exclusive = exclusive == null ? new TreeSet<>(EXCLUSIVE) : exclusive;
            exclusive.add(consumer);
        }
        wake(consumer);
    }

    /**
     * Returns the exclusive consumer that gets all messages: the first of the highest priority; null where there is none.
     */
    Consumer only() {
        return exclusive == null || exclusive.isEmpty() ? null : exclusive.first();
    }

    /** Detaches a consumer. The caller settles the messages it holds, or gives them back. */
    public void detach(Consumer consumer) {
        if (consumer.feed != this) {
            return;
        }
        consumer.feed = null;
        attached--;
        deliveries.count(this, -1);
        consumer.view.turns().leave(consumer);
        groups.remove(consumer);
        if (--consumer.view.consumers == 0) {
            views.remove(consumer.view);
        }
        if (exclusive != null && exclusive.remove(consumer)) {
            views.allDue();
        }
        if (attached == 0) {
            returned = null;
            lanes.forEach(FeedPartition::cancelWait);
            deliveries.leave(this);
        }
        deliveries.wake(this);
    }

    /** Notes that a consumer may take more. */
    void wake(Consumer consumer) {
        consumer.view.turns().enter(consumer, ++turns);
        due(consumer.view);
        deliveries.wake(this);
    }

    /** Asks a consumer again later whether it takes messages, after its answer failed. */
    void wakeLater(Consumer consumer) {
        deliveries.later(consumer::wake);
    }

    /** Notes that a consumer got a message. */
    void served(Consumer consumer) {
        consumer.view.turns().served(consumer, ++turns);
    }

    // ---- views with work

    /** Notes that there may be messages for every consumer. */
    void wakeAll() {
        views.allDue();
        deliveries.wake(this);
    }

    /** Notes that there may be messages for the consumers of a view, once the feed is pumped. */
    void due(View view) {
        views.due(view);
    }

    /** Makes the view the next one. */
    void dueFirst(View view) {
        views.dueFirst(view);
    }

    /** Returns the next view that may have work; null where there is none. */
    View nextDue() {
        return views.nextDue();
    }

    boolean hasDue() {
        return views.hasDue();
    }

    /** Lets the view continue once messages were read from the disk. */
    void waitForDisk(View view) {
        views.waitForDisk(view);
    }

    @Override
    void arrived() {
        views.arrived();
    }

    /** Notes that the view's window is full: it is searched again when messages have gone, at the latest a moment later. */
    void stuck(View view) {
        if (!view.isStuck) {
            views.stuck(view);
            lookAgainLater(view);
        }
    }

    void unstick() {
        views.unstick(departures);
    }

    void lookAgainLater(View view) {
        deliveries.later(() -> {
            due(view);
            deliveries.wake(this);
        });
    }

    // ---- settlement

    /** Settles messages; returns false where the log is full, and the messages stay held then. */
    public boolean settle(Collection<Delivery> settled) {
        if (settled.size() == 1) {
            return settle(settled.iterator().next());
        }
        TreeMap<Integer, TreeSet<Long>> byLane = new TreeMap<>();
        for (Delivery delivery : settled) {
            byLane.computeIfAbsent(delivery.message().lane().number(), n -> new TreeSet<>()).add(delivery.offset());
        }
        for (var entry : byLane.entrySet()) {
            Partition partition = lanes.get(entry.getKey()).partition();
            if (!partition.topic().isDeleted() && !settlements().settle(subscription, partition, entry.getValue())) {
                return false;
            }
        }
        settled.forEach(this::settled);
        return true;
    }

    private boolean settle(Delivery one) {
        Partition partition = one.partition();
        if (!partition.topic().isDeleted() && !settlements().settle(subscription, partition, one.offset())) {
            return false;
        }
        take(one);
        return true;
    }

    /** Notes that a message was settled by separate commands. */
    public void settled(Delivery delivery) {
        take(delivery);
    }

    /** Returns whether that consumer still holds the message. */
    public boolean isHeld(Delivery delivery) {
        return delivery.message().lane().holds(delivery);
    }

    private boolean take(Delivery delivery) {
        boolean was = delivery.message().lane().drop(delivery);
        if (was && attached == 0) {
            deliveries.leave(this);
        }
        return was;
    }

    /**
     * Gives a message back to be handed out again.
     *
     * @param counts whether this counts as an attempt of the consumer
     */
    public void release(Delivery delivery, boolean counts) {
        if (!take(delivery) || topic.isDeleted()) {
            return;
        }
        int times = delivery.counted() + (counts ? 1 : 0);
        if (times > delivery.certainBefore()) {
            settlements().returned(subscription, delivery.partition(), delivery.offset(), times);
        }
        offerAgain(delivery.message());
    }

    /**
     * Gives a message back whose consumer's connection was lost, so that nobody knows whether the application has seen it.
     * This counts as an attempt until the process ends.
     */
    public void releaseLost(Delivery delivery) {
        if (isHeld(delivery) && !topic.isDeleted()) {
            settlements().lost(subscription, delivery.partition(), delivery.offset());
        }
        release(delivery, false);
    }

    /** Offers a message to all views again. */
    private void offerAgain(Candidate message) {
        if (attached > 0) {
            returned = returned == null ? new ReturnedMessages() : returned;
            returned.add(message);
            wakeAll();
        }
    }

    /** Forgets messages given back once all views have seen them. */
    void forgetReturned() {
        if (views.haveSeen(returned.end())) {
            returned.clear();
        }
    }

    long returnedEnd() {
        return returned == null ? 0 : returned.end();
    }

    /** Reserves a message: no consumer gets it until {@link #unreserve}, since its outcome is decided elsewhere. */
    public void reserve(Partition partition, long offset) {
        lane(partition).reserve(offset);
        departed();
    }

    /** Returns a reserved message to the consumer that held it. */
    public void reclaim(Delivery delivery) {
        FeedPartition lane = delivery.message().lane();
        if (lane.unreserve(delivery.offset())) {
            lane.hold(delivery);
        }
    }

    /**
     * Allows a message to be handed out again, unless it was settled meanwhile.
     *
     * @param counts whether this counts as an attempt
     */
    public void unreserve(Partition partition, long offset, boolean counts) {
        FeedPartition lane = lane(partition);
        long position = broker().positionOf(partition, offset);
        if (lane.unreserve(offset) && position >= 0 && !settlements().isSettled(subscription, partition, offset)) {
            if (counts) {
                settlements().returned(subscription, partition, offset,
                        settlements().deliveries(subscription, partition, offset) + 1);
            }
            offerAgain(new Candidate(lane, offset, position, 0, null));
        }
        if (attached == 0) {
            deliveries.leave(this);
        }
    }

    boolean hasReserved() {
        return lanes.stream().anyMatch(FeedPartition::hasReserved);
    }

    /** Withholds a message that fails unexpectedly; the others go on. */
    void withhold(FeedPartition lane, long offset, Throwable cause) {
        lane.reserve(offset);
        if (broker().originals().isAwaited(broker().positionOf(lane.partition(), offset))) {
            lane.awaitRepair(offset);
        }
        departed();
        deliveries.withheld(lane.partition(), offset, cause);
    }

    /** Looks at everything again: messages can be read that could not be. */
    void repaired() {
        lanes.forEach(FeedPartition::repaired);
        views.restart(returnedEnd());
        deliveries.wake(this);
    }

    void failed(Throwable cause) {
        deliveries.failed(cause);
    }

    /** Returns the number of messages that left the feed and may still be in windows of views. */
    long departures() {
        return departures;
    }

    void departed() {
        departures++;
    }

    private FeedPartition lane(Partition partition) {
        return lanes.get(partition.number());
    }

    // ---- pump

    /** Hands out the available messages. */
    @Override
    boolean pump() {
        if (topic.isDeleted() || attached == 0) {
            return false;
        }
        followPartitions();
        followResets();
        boolean more = deliveries.distribution().run(this);
        lanes.forEach(FeedPartition::await);
        return more;
    }

    private void followPartitions() {
        for (int i = lanes.size(); i < topic.size(); i++) {
            Partition partition = topic.partition(i);
            settlements().begin(subscription, partition, 0);
            lanes.add(new FeedPartition(this, partition, i, settlements().resets(subscription, partition)));
        }
    }

    private void followResets() {
        for (FeedPartition lane : lanes) {
            if (lane.wasReset(settlements().resets(subscription, lane.partition()))) {
                lane.dropAll();
                views.restart(returnedEnd());
            }
        }
    }
}
