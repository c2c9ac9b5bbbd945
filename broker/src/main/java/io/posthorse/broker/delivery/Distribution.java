package io.posthorse.broker.delivery;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Fetch;
import io.posthorse.broker.MessageTraits;
import io.posthorse.broker.TagFilter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/** One pump of a feed: looks for messages that its consumers want, and gives each to one of them. */
final class Distribution {
    /** Messages that one pump hands out. */
    private static final int HANDED_MAX = 1_000;
    /** Messages that one pump looks at for one selector. */
    private static final int LOOKED_MAX = 2_000;

    private static final int FETCH_BYTES = 4 << 20;

    private final Feed feed;
    private final Fetch fetch = Fetch.ofPlaces();
    private final List<Consumer> touched = new ArrayList<>();
    private final List<Long> unwanted = new ArrayList<>();
    private int handed;
    private boolean moreToDo;
    /** Messages whose time is over and that cannot be taken away now. */
    private final Set<Candidate> refused = new HashSet<>();

    Distribution(Feed feed) {
        this.feed = feed;
    }

    /** Whether there is more to do at once. */
    boolean run() {
        handed = 0;
        moreToDo = false;
        refused.clear();
        Consumer only = exclusive();
        for (View view : List.copyOf(feed.views())) {
            if (only == null || only.view == view) {
                serve(view, only);
            }
        }
        for (Consumer consumer : touched) {
            consumer.touched = false;
            consumer.receiver().flush();
        }
        touched.clear();
        if (!refused.isEmpty()) {
            feed.lookAgainLater();
        }
        return moreToDo || handed >= HANDED_MAX;
    }

    /** Of the consumers that want everything for themselves, the first of the highest priority; null where none does. */
    private Consumer exclusive() {
        Consumer first = null;
        for (Consumer consumer : feed.consumers()) {
            if (consumer.wish().exclusive() && (first == null
                    || consumer.wish().priority() == first.wish().priority() && consumer.number < first.number)) {
                first = consumer;
            }
        }
        return first;
    }

    private void serve(View view, Consumer only) {
        int looked = 0;
        while (handed < HANDED_MAX && someoneWaits(view, only)) {
            int now = 0;
            if (view.ready().size() < View.WINDOW / 2 && looked < LOOKED_MAX) {
                now = look(view, LOOKED_MAX - looked);
                looked += now;
            }
            if (!handOut(view, only) && now == 0) {
                moreToDo |= looked >= LOOKED_MAX;
                return;
            }
        }
    }

    private boolean someoneWaits(View view, Consumer only) {
        for (Consumer consumer : feed.consumers()) {
            if (consumer.view == view && (only == null || only == consumer) && consumer.canTake()) {
                return true;
            }
        }
        return false;
    }

    /** Gives a message to each consumer of the highest priority that can take one; false where nobody got one. */
    private boolean handOut(View view, Consumer only) {
        if (feed.consumers().size() == 1) {
            return handOutTo(feed.consumers().getFirst(), view);
        }
        boolean any = false;
        int level = 0;
        for (Consumer consumer : List.copyOf(feed.consumers())) {
            if (any && consumer.wish().priority() != level) {
                break;
            }
            if (consumer.view == view && (only == null || only == consumer) && consumer.canTake()) {
                Candidate message = pick(view, consumer);
                if (message != null) {
                    hand(message, consumer);
                    any = true;
                    level = consumer.wish().priority();
                }
            }
        }
        return any;
    }

    /** Gives the only consumer what there is. */
    private boolean handOutTo(Consumer consumer, View view) {
        boolean any = false;
        while (handed < HANDED_MAX && consumer.canTake()) {
            Candidate message = pick(view, consumer);
            if (message == null) {
                break;
            }
            hand(message, consumer);
            any = true;
        }
        return any;
    }

    private Candidate pick(View view, Consumer consumer) {
        Iterator<Candidate> ready = view.ready().iterator();
        while (ready.hasNext()) {
            Candidate message = ready.next();
            MessageTraits traits = message.traits();
            if (!isFree(message)) {
                ready.remove();
            } else if (traits.isExpired(feed.broker().now())) {
                if (!refused.contains(message) && expire(message)) {
                    ready.remove();
                }
            } else if (traits.group() == null || feed.groups().allows(traits.group(), consumer)) {
                ready.remove();
                return message;
            }
        }
        return null;
    }

    private boolean isFree(Candidate message) {
        return !message.lane().isHeld(message.offset())
                && !feed.settlements().isSettled(feed.subscription(), message.lane().partition(), message.offset());
    }

    private boolean expire(Candidate message) {
        boolean done = feed.undeliverable().expired(
                feed, message.lane().partition(), message.offset(), message.position(), message.traits());
        if (!done) {
            refused.add(message); // it stays where it is, and the others go on
        }
        return done;
    }

    private void hand(Candidate message, Consumer consumer) {
        MessageTraits traits = message.traits();
        boolean first = traits.group() != null && feed.groups().pin(traits.group(), consumer, traits.closesGroup());
        int before = feed.settlements().deliveries(
                feed.subscription(), message.lane().partition(), message.offset());
        Delivery delivery = new Delivery(feed, message, consumer, before, first);
        message.lane().held().put(message.offset(), delivery);
        consumer.credit().take();
        handed++;
        moreToDo |= traits.closesGroup(); // a view that was served before may have more of that group
        if (!consumer.touched) {
            consumer.touched = true;
            touched.add(consumer);
            if (feed.consumers().size() > 1) {
                feed.consumers().remove(consumer); // who got one is last among its equals
                feed.addByPriority(consumer);
            }
        }
        try {
            consumer.receiver().receive(delivery);
        } catch (RuntimeException e) {
            message.lane().held().remove(message.offset(), delivery);
            consumer.credit().giveBack();
            passOver(message.lane(), message.offset(), e);
        }
    }

    /** A message that does what nobody foresaw is handed to nobody, and the others go on. */
    void passOver(Lane lane, long offset, RuntimeException cause) {
        lane.reserved().add(offset);
        feed.passedOver(lane.partition(), offset, cause);
    }

    // ---- looking

    /** Looks at more of the partitions; how many messages it has looked at. */
    private int look(View view, int most) {
        int looked = 0;
        for (Lane lane : feed.lanes()) {
            looked += look(view, lane, Math.min(most - looked, View.WINDOW - view.ready().size()));
            if (looked >= most || view.isFull()) {
                break;
            }
        }
        return looked;
    }

    private int look(View view, Lane lane, int most) {
        Broker broker = feed.broker();
        long from = Math.max(view.next(lane), broker.begin(lane.partition()));
        from = feed.settlements().nextUnsettled(feed.subscription(), lane.partition(), from);
        if (most <= 0 || from >= broker.end(lane.partition())) {
            return 0;
        }
        if (view.next(lane) == 0) {
            feed.settlements().trim(feed.subscription(), lane.partition());
        }
        unwanted.clear();
        broker.fetch(lane.partition(), from, Math.min(most, Fetch.COUNT_MAX), FETCH_BYTES, TagFilter.ALL, fetch);
        for (int i = 0; i < fetch.count(); i++) {
            try {
                consider(view, lane, fetch.offset(i), fetch.position(i));
            } catch (RuntimeException e) {
                passOver(lane, fetch.offset(i), e);
            }
        }
        if (!unwanted.isEmpty()) {
            feed.settlements().settle(feed.subscription(), lane.partition(), unwanted);
            unwanted.clear();
        }
        view.next(lane, Math.max(from, fetch.next()));
        return Math.max(1, fetch.count());
    }

    private void consider(View view, Lane lane, long offset, long position) {
        if (lane.isHeld(offset) || feed.settlements().isSettled(feed.subscription(), lane.partition(), offset)) {
            return;
        }
        MessageTraits traits = feed.broker().originals().traitsAt(position);
        if (traits == null) {
            feed.settlements().settle(feed.subscription(), lane.partition(), offset); // its record is damaged
        } else if (wants(view, position)) {
            view.ready().add(new Candidate(lane, offset, position, traits));
        } else if (feed.settlesUnwanted()) {
            unwanted.add(offset);
        }
    }

    /** Whether the view's consumers want the message whose record stands at a position. */
    boolean wants(View view, long position) {
        return view.selector() == null || view.selector().matches(position);
    }
}
