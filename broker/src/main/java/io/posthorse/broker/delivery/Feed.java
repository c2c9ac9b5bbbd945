package io.posthorse.broker.delivery;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Settlements;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The messages of one subscription to one topic, handed out to the consumers attached to it, each message to one of them.
 * What is in whose hands is known here only, and gone with the process; what was settled is in the log.
 *
 * <p>A feed with consumers is pumped whenever something has changed: messages came, credit was given, something came
 * back. One pump hands out a bounded number of messages, so that other feeds and connections get their turn.
 */
public final class Feed extends Deliveries.Pumped {
    private final Deliveries deliveries;
    private final Topic topic;
    private final Subscription subscription;
    private final Undeliverable undeliverable;
    private final boolean settlesUnwanted;
    private final List<Lane> lanes = new ArrayList<>();
    private final List<View> views = new ArrayList<>();
    /** By priority, the highest first; of equal ones, who was served last stands last. */
    private final List<Consumer> consumers = new ArrayList<>();

    private final MessageGroups groups = new MessageGroups();
    private final Distribution distribution;
    private long attachments;

    Feed(
            Deliveries deliveries, Topic topic, Subscription subscription, Undeliverable undeliverable,
            boolean settlesUnwanted) {
        this.deliveries = deliveries;
        this.topic = topic;
        this.subscription = subscription;
        this.undeliverable = undeliverable;
        this.settlesUnwanted = settlesUnwanted;
        this.distribution = new Distribution(this);
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

    Undeliverable undeliverable() {
        return undeliverable;
    }

    boolean settlesUnwanted() {
        return settlesUnwanted;
    }

    List<Lane> lanes() {
        return lanes;
    }

    List<View> views() {
        return views;
    }

    List<Consumer> consumers() {
        return consumers;
    }

    MessageGroups groups() {
        return groups;
    }

    /** How many consumers are attached. */
    public int attached() {
        return consumers.size();
    }

    /** How many messages are in consumers' hands. */
    public int held() {
        return lanes.stream().mapToInt(lane -> lane.held().size()).sum();
    }

    /** Whether one of its consumers wants all messages for itself. */
    public boolean isExclusive() {
        return consumers.stream().anyMatch(c -> c.wish().exclusive());
    }

    // ---- consumers

    public void attach(Consumer consumer) {
        consumer.feed = this;
        consumer.number = ++attachments;
        consumer.view = viewOf(consumer.wish().selector());
        consumer.view.consumers++;
        addByPriority(consumer);
        wake();
    }

    private View viewOf(Selector selector) {
        for (View view : views) {
            if (view.isOf(selector)) {
                return view;
            }
        }
        View view = new View(selector);
        views.add(view);
        return view;
    }

    /** Puts a consumer behind all of its priority. */
    void addByPriority(Consumer consumer) {
        int at = consumers.size();
        while (at > 0 && consumers.get(at - 1).wish().priority() < consumer.wish().priority()) {
            at--;
        }
        consumers.add(at, consumer);
    }

    /** Takes a consumer away. What is in its hands stays there: settle it, or give it back. */
    public void detach(Consumer consumer) {
        if (consumer.feed != this) {
            return;
        }
        consumer.feed = null;
        consumers.remove(consumer);
        groups.remove(consumer);
        if (--consumer.view.consumers == 0) {
            views.remove(consumer.view);
        }
        if (consumers.isEmpty()) {
            lanes.forEach(Lane::awaitNoMore);
            deliveries.leave(this);
        }
        wake();
    }

    /** Something has changed: see soon whether there is something to hand out. */
    public void wake() {
        deliveries.wake(this);
    }

    // ---- settlement

    /** Settles messages; false where the log is full, and then they stay where they are. */
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

    /** A message was settled by commands of its own. */
    public void settled(Delivery delivery) {
        take(delivery);
    }

    /** Whether the message is (still) in that consumer's hands. */
    public boolean isHeld(Delivery delivery) {
        return delivery.message().lane().held().get(delivery.offset()) == delivery;
    }

    private boolean take(Delivery delivery) {
        boolean was = delivery.message().lane().held().remove(delivery.offset(), delivery);
        if (was && consumers.isEmpty()) {
            deliveries.leave(this);
        }
        return was;
    }

    /**
     * Gives a message back to be handed out again.
     *
     * @param counts whether the consumer had it, and this counts as a delivery
     */
    public void release(Delivery delivery, boolean counts) {
        if (!take(delivery) || topic.isDeleted()) {
            return;
        }
        int times = delivery.counted() + (counts ? 1 : 0);
        if (times > delivery.before()) {
            settlements().returned(subscription, delivery.partition(), delivery.offset(), times);
        }
        offerAgain(delivery.message());
        wake();
    }

    private void offerAgain(Candidate message) {
        for (View view : views) {
            try {
                if (message.offset() < view.next(message.lane()) && distribution.wants(view, message.position())) {
                    view.ready().add(message);
                }
            } catch (RuntimeException e) {
                distribution.passOver(message.lane(), message.offset(), e);
            }
        }
    }

    /** Nobody is handed that message until {@link #unreserve}: what becomes of it is decided elsewhere. */
    public void reserve(Partition partition, long offset) {
        lane(partition).reserved().add(offset);
    }

    /** What was reserved is in the hands of the consumer again that had it. */
    public void reclaim(Delivery delivery) {
        Lane lane = delivery.message().lane();
        if (lane.reserved().remove(delivery.offset())) {
            lane.held().put(delivery.offset(), delivery);
        }
    }

    /** The message may be handed out again, where it was not settled meanwhile. */
    public void unreserve(Partition partition, long offset) {
        Lane lane = lane(partition);
        long position = broker().positionOf(partition, offset);
        if (lane.reserved().remove(offset) && position >= 0 && !settlements().isSettled(subscription, partition, offset)) {
            var traits = broker().originals().traitsAt(position);
            if (traits != null) {
                offerAgain(new Candidate(lane, offset, position, traits));
            }
        }
        if (consumers.isEmpty()) {
            deliveries.leave(this);
        }
        wake();
    }

    boolean hasReserved() {
        return lanes.stream().anyMatch(lane -> !lane.reserved().isEmpty());
    }

    private Lane lane(Partition partition) {
        return lanes.get(partition.number());
    }

    // ---- pump

    /** Hands out what can be handed out. */
    @Override
    boolean pump() {
        if (topic.isDeleted() || consumers.isEmpty()) {
            return false;
        }
        followPartitions();
        followResets();
        boolean more = distribution.run();
        lanes.forEach(Lane::await);
        return more;
    }

    private void followPartitions() {
        for (int i = lanes.size(); i < topic.partitions().size(); i++) {
            Partition partition = topic.partition(i);
            settlements().begin(subscription, partition, 0);
            lanes.add(new Lane(this, partition, i, settlements().resets(subscription, partition)));
        }
    }

    private void followResets() {
        for (Lane lane : lanes) {
            if (lane.wasReset(settlements().resets(subscription, lane.partition()))) {
                lane.held().clear();
                views.forEach(View::restart);
            }
        }
    }

    void lookAgainLater() {
        deliveries.wakeLater(this);
    }

    void passedOver(Partition partition, long offset, RuntimeException cause) {
        deliveries.passedOver(partition, offset, cause);
    }
}
