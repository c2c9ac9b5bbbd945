package io.posthorse.broker.delivery;

import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.Partition;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * Consumers of one subscription that come and go, settle and give back, all drawn from one seed; and what each of them
 * may be handed at any moment. Whenever the owner rests, nobody who could take a message is without one that he could have.
 */
final class Readers implements UndeliverableHandler {
    /** So few that everything was looked at before something is handed out: then the order is exact. */
    private static final int UNSETTLED_MAX = 300;

    private final SeededEntropy entropy;
    private final Post post;
    private final int partitions;
    private final int readersMax;
    private final int groupsMax;
    /** Whether older messages come from the disk, in batches: then the order holds among those of a partition. */
    private final boolean cold;
    private final Map<String, Sent> sent = new TreeMap<>();
    /** Those that are not settled. */
    private final Map<String, Sent> open = new TreeMap<>();
    private final List<Hand> hands = new ArrayList<>();
    private final Map<String, Hand> groups = new HashMap<>();
    private long lastId;
    private int attachments;
    private final List<Sent> prepared = new ArrayList<>();

    /** What became of a letter. */
    private static final class Sent {
        final Letter letter;
        final Partition partition;
        final long offset;
        final long position;
        Hand in;
        boolean over;
        int returned;
        boolean withheld;
        /** Whether a transaction decides over it. */
        boolean reserved;

        Sent(Letter letter, Partition partition, long offset, long position) {
            this.letter = letter;
            this.partition = partition;
            this.offset = offset;
            this.position = position;
        }

        /** Whether it is handed out first where both are read from the disk. */
        boolean isJustBefore(Sent other) {
            return partition == other.partition && letter.priority() == other.letter.priority() && offset < other.offset;
        }

        boolean isBefore(Sent other) {
            return letter.priority() != other.letter.priority()
                    ? letter.priority() > other.letter.priority()
                    : position < other.position;
        }
    }

    /** Wants letters whose id the number divides. */
    private record Dividing(Post post, int number) implements Selector {
        @Override
        public String key() {
            return "by " + number;
        }

        @Override
        public boolean matches(long position) {
            Letter letter = post.at(position);
            if (letter.odd() && letter.id() % 2 == 0) {
                throw new IllegalStateException("an odd letter cannot be judged");
            }
            return letter.id() % number == 0;
        }
    }

    /** A consumer. */
    private final class Hand implements Receiver {
        final Dividing selector;
        final int priority;
        final boolean exclusive;
        final int number = ++attachments;
        final Consumer consumer;
        final Map<Sent, Delivery> held = new HashMap<>();
        int credit;
        boolean ready = true;

        Hand(Dividing selector, int priority, boolean exclusive, int credit) {
            this.selector = selector;
            this.priority = priority;
            this.exclusive = exclusive;
            this.credit = credit;
            this.consumer = new Consumer(new Consumer.Wish(selector, priority, exclusive), new Credit(credit), this);
        }

        boolean wants(Sent one) {
            return selector == null || one.letter.id() % selector.number == 0;
        }

        @Override
        public boolean isReady() {
            return ready;
        }

        @Override
        public void receive(Delivery delivery) {
            Sent one = sent.get(key(delivery.partition(), delivery.offset()));
            if (one.letter.odd()) {
                one.withheld = true;
                throw new IllegalStateException("an odd letter cannot be read");
            }
            received(this, one, delivery);
        }

        @Override
        public void flush() {}

        @Override
        public String toString() {
            return "reader " + number + (exclusive ? ", exclusive" : "") + ", priority " + priority;
        }
    }

    Readers(SeededEntropy entropy) throws IOException {
        this.entropy = entropy;
        this.partitions = 1 + entropy.below(3);
        this.readersMax = entropy.percent(30) ? 20 : 5;
        this.groupsMax = entropy.percent(30) ? 26 : 4;
        this.cold = entropy.percent(30);
        this.post = cold ? new Post(partitions, this, entropy.below(16) << 10) : new Post(partitions, this);
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new AssertionError(rule);
        }
    }

    private static String key(Partition partition, long offset) {
        return partition.number() + ":" + offset;
    }

    void live(int steps) throws IOException {
        for (int i = 0; i < steps; i++) {
            step();
            post.rest();
            requireNobodyWaits();
        }
    }

    private void step() throws IOException {
        int choice = entropy.below(100);
        if (choice < 35) {
            publish();
        } else if (choice < 45) {
            attach();
        } else if (choice < 50) {
            detach();
        } else if (choice < 72) {
            settle();
        } else if (choice < 80) {
            giveBack();
        } else if (choice < 82) {
            transact();
        } else if (choice < 94) {
            change();
        } else if (choice < 98) {
            post.advance(entropy.below(3_000));
        } else if (choice < 99) {
            beginAnew();
        } else {
            restart();
        }
    }

    private void publish() {
        if (open.size() > UNSETTLED_MAX) {
            return;
        }
        for (int left = 1 + entropy.below(8); left > 0; left--) {
            int priority = entropy.percent(30) ? entropy.below(10) : MessageTraits.PRIORITY_STANDARD;
            long expires = entropy.percent(10) ? post.clock.wallMs() + entropy.below(5_000) : 0;
            String group = entropy.percent(40) ? String.valueOf((char) ('a' + entropy.below(groupsMax))) : null;
            boolean closes = group != null && entropy.percent(15);
            Letter letter = new Letter(++lastId, priority, expires, group, closes, group == null && entropy.percent(1));
            int partition = entropy.below(partitions);
            long offset = post.publish(partition, letter);
            Partition in = post.partition(partition);
            Sent one = new Sent(letter, in, offset, post.turn().positionOf(in, offset));
            sent.put(key(in, offset), one);
            open.put(key(in, offset), one);
        }
    }

    // ---- consumers

    private void attach() {
        if (hands.size() < readersMax) {
            Dividing selector = entropy.percent(40) ? new Dividing(post, 1 + entropy.below(3)) : null;
            Hand hand = new Hand(selector, entropy.below(3), entropy.percent(10), entropy.below(20));
            hands.add(hand);
            post.turn();
            post.feed().attach(hand.consumer);
        }
    }

    private Hand any() {
        return hands.isEmpty() ? null : hands.get(entropy.below(hands.size()));
    }

    private void detach() {
        Hand hand = any();
        if (hand != null) {
            post.turn();
            List.copyOf(hand.held.keySet()).forEach(one -> release(hand, one));
            hand.consumer.detach();
            hands.remove(hand);
            groups.values().removeIf(owner -> owner == hand);
        }
    }

    private void change() {
        Hand hand = any();
        if (hand == null) {
            return;
        }
        if (entropy.percent(20)) {
            hand.ready = !hand.ready;
        } else {
            hand.credit = entropy.below(20);
            hand.consumer.credit(hand.credit);
        }
        hand.consumer.wake();
    }

    private void settle() {
        Hand hand = any();
        if (hand == null || hand.held.isEmpty()) {
            return;
        }
        List<Sent> done = hand.held.keySet().stream().sorted((a, b) -> Long.compare(a.position, b.position))
                .filter(one -> entropy.percent(60)).toList();
        post.turn();
        require(done.isEmpty() || post.feed().settle(done.stream().map(hand.held::get).toList()), "there is room");
        done.forEach(one -> {
            hand.held.remove(one);
            one.in = null;
            over(one);
        });
    }

    private void over(Sent one) {
        one.over = true;
        open.remove(key(one.partition, one.offset));
    }

    private void giveBack() {
        Hand hand = any();
        if (hand != null && !hand.held.isEmpty()) {
            post.turn();
            release(hand, hand.held.keySet().stream().min((a, b) -> Long.compare(a.position, b.position)).orElseThrow());
        }
    }

    /** Takes a message into a prepared transaction, or decides over one. */
    private void transact() {
        Hand hand = any();
        post.turn();
        if (!prepared.isEmpty() && entropy.percent(50)) {
            Sent one = prepared.removeFirst();
            one.reserved = false;
            if (entropy.percent(50) && post.feed().settlements().settle(
                    post.feed().subscription(), one.partition, one.offset)) {
                over(one);
            }
            post.feed().unreserve(one.partition, one.offset, false);
        } else if (hand != null && !hand.held.isEmpty()) {
            Sent one = hand.held.keySet().stream().min((a, b) -> Long.compare(a.position, b.position)).orElseThrow();
            post.feed().reserve(one.partition, one.offset);
            post.feed().settled(hand.held.remove(one));
            one.in = null;
            one.reserved = true;
            prepared.add(one);
        }
    }

    private void release(Hand hand, Sent one) {
        boolean counts = entropy.percent(50);
        one.returned += counts ? 1 : 0;
        one.in = null;
        post.feed().release(hand.held.remove(one), counts);
    }

    /** The subscription begins anew at another offset: what is in hands does not count any more. */
    private void beginAnew() {
        int partition = entropy.below(partitions);
        List<Sent> all = sent.values().stream().filter(one -> one.partition.number() == partition).toList();
        if (all.stream().noneMatch(one -> one.over) || sent.size() > UNSETTLED_MAX) {
            return; // where nothing was settled, a beginning is no new one
        }
        long offset = entropy.below(all.size());
        Feed feed = post.feed();
        int before = feed.settlements().resets(feed.subscription(), post.partition(partition));
        require(post.turn().commit(feed.subscription(), post.partition(partition), offset), "there is room");
        hands.forEach(hand -> hand.consumer.wake());
        if (feed.settlements().resets(feed.subscription(), post.partition(partition)) == before) {
            return;
        }
        for (Sent one : all) {
            one.in = null;
            one.returned = 0;
            hands.forEach(hand -> hand.held.remove(one));
            one.over = one.offset < offset;
            if (one.over) {
                open.remove(key(one.partition, one.offset));
            } else {
                open.put(key(one.partition, one.offset), one);
            }
        }
    }

    private void restart() throws IOException {
        hands.clear();
        groups.clear();
        prepared.clear();
        post.restart();
        Map<String, Sent> kept = new TreeMap<>();
        sent.forEach((key, old) -> { // partitions and what is in hands are another run's
            Sent one = new Sent(old.letter, post.partition(old.partition.number()), old.offset, old.position);
            one.over = old.over;
            one.returned = old.returned;
            kept.put(key, one);
        });
        sent.clear();
        sent.putAll(kept);
        open.clear();
        kept.forEach((key, one) -> {
            if (!one.over) {
                open.put(key, one);
            }
        });
    }

    // ---- what may happen

    private boolean isFree(Sent one) {
        return !one.over && one.in == null && !one.withheld && !one.reserved && !isOld(one);
    }

    private boolean isOld(Sent one) {
        return one.letter.expiresAtMs() > 0 && one.letter.expiresAtMs() <= post.turn().now();
    }

    private boolean mayHave(Hand hand, Sent one) {
        Hand owner = one.letter.group() == null ? null : groups.get(one.letter.group());
        return hand.wants(one) && (owner == null || owner == hand);
    }

    private Hand only() {
        return hands.stream().filter(h -> h.exclusive)
                .min((a, b) -> a.priority != b.priority ? b.priority - a.priority : a.number - b.number).orElse(null);
    }

    private boolean canTake(Hand hand) {
        Hand only = only();
        return hand.credit > 0 && hand.ready && (only == null || only == hand);
    }

    private void received(Hand hand, Sent one, Delivery delivery) {
        String what = one.letter + " to " + hand;
        require(!one.over, "what was settled does not come again: " + what);
        require(one.in == null, "a message is in one consumer's hands: " + what);
        require(!isOld(one), "what has expired is not handed out: " + what);
        require(canTake(hand), "only who can take a message gets one: " + what);
        require(mayHave(hand, one), "a message goes to who may have it: " + what);
        require(delivery.before() == one.returned, "what came back was counted: " + what + " " + delivery.before());
        require(delivery.isFirstOfGroup() == (one.letter.group() != null && !groups.containsKey(one.letter.group())),
                "the first of a group is marked: " + what);
        for (Sent other : open.values()) {
            require(other == one || !isFree(other) || other.letter.odd() || !mayHave(hand, other)
                            || !(cold ? other.isJustBefore(one) : other.isBefore(one)),
                    "the more important and the older first: " + what + ", before " + other.letter);
        }
        for (Hand other : hands) {
            boolean isBetter = other.priority > hand.priority && Objects.equals(other.selector, hand.selector);
            require(!isBetter || !canTake(other) || !mayHave(other, one), "the more important consumer first: " + what);
        }
        if (one.letter.group() != null) {
            groups.put(one.letter.group(), hand);
            if (one.letter.closes()) {
                groups.remove(one.letter.group());
            }
        }
        one.in = hand;
        hand.held.put(one, delivery);
        hand.credit--;
    }

    private void requireNobodyWaits() {
        for (Hand hand : hands) {
            for (Sent one : open.values()) {
                require(!canTake(hand) || !isFree(one) || one.letter.odd() || !mayHave(hand, one),
                        "nobody waits for what there is: " + one.letter + " for " + hand);
            }
        }
    }

    @Override
    public boolean expired(Feed feed, Partition partition, long offset, long position, MessageTraits traits) {
        Sent one = sent.get(key(partition, offset));
        require(isOld(one) && one.in == null && !one.over, "only what has expired is taken away: " + one.letter);
        if (entropy.percent(20)) {
            return false;
        }
        if (feed.settlements().settle(feed.subscription(), partition, offset)) {
            over(one);
        }
        return one.over;
    }
}
