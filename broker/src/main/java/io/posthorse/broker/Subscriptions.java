package io.posthorse.broker;

import java.util.BitSet;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The subscriptions by name, and by their numbers in the log. A number that appears in a record, but that no record
 * assigned, belongs to a subscription whose own record is damaged: its cursors are kept until its name is known.
 */
final class Subscriptions {
    /** Maximum numbers that damaged records may have used. */
    private static final int LOST_MAX = 1 << 24;

    private final TreeMap<String, Subscription> byName = new TreeMap<>();
    private final Map<Integer, Subscription> byNumber = new HashMap<>();
    /** Those without a name. */
    private final TreeMap<Integer, Subscription> nameless = new TreeMap<>();

    /** Numbers below the next one that no record assigned so far: they belong to damaged records. */
    private final BitSet unmade = new BitSet();

    private int next;

    Subscription get(String name) {
        return byName.get(name);
    }

    /** Returns a subscription by its number in the log; null where it is deleted. */
    Subscription byNumber(int number) {
        return byNumber.get(number);
    }

    Collection<Subscription> all() {
        return Collections.unmodifiableCollection(byName.values());
    }

    int size() {
        return byName.size();
    }

    /** Returns the number of the next new subscription. */
    int next() {
        return next;
    }

    /** Returns those without a known name. */
    Collection<Subscription> nameless() {
        return Collections.unmodifiableCollection(nameless.values());
    }

    /** Returns the subscription that a record refers to; null where it was deleted. */
    Subscription mentioned(int number) {
        Subscription known = byNumber.get(number);
        boolean isGiven = number < next && (number < 0 || !unmade.get(number));
        if (known != null || isGiven) {
            return known;
        }
        requireNumber(number);
        give(number);
        return nameless(number);
    }

    /**
     * Creates or changes a subscription.
     *
     * @return it; null where nothing was new
     */
    Subscription changed(Event.SubscriptionChanged event) {
        int number = event.subscription();
        requireNumber(number);
        Subscription known = byName.get(event.name());
        Subscription numbered = byNumber.get(number);
        FieldCodec.require(known == null || known.number() == number, "a second number %d for the subscription %s", number,
                event.name());
        FieldCodec.require(known != null || numbered == null || nameless.containsKey(number),
                "a second subscription with the number %d", number);
        if (known == null) {
            known = new Subscription(event.name(), number, event.settings());
            byName.put(event.name(), known);
            byNumber.put(number, known);
            give(number);
            Subscription lost = nameless.remove(number);
            if (lost != null) {
                known.takeOver(lost);
            }
        }
        boolean isNews = numbered == null || !known.settings().equals(event.settings());
        known.settings(event.settings());
        return isNews ? known : null;
    }

    private void give(int number) {
        if (number >= next) {
            unmade.set(next, number);
            next = number + 1;
        }
        unmade.clear(number);
    }

    private void requireNumber(int number) {
        FieldCodec.require(number >= 0 && number <= (long) next + LOST_MAX && number < Integer.MAX_VALUE,
                "a subscription with the number %d, but the next is %d", number, next);
    }

    void deleted(Subscription gone) {
        byName.remove(gone.name());
        byNumber.remove(gone.number());
        gone.forgetAll();
    }

    /** Creates a subscription whose number is assigned and of which nothing else is known, from a checkpoint. */
    Subscription nameless(int number) {
        Subscription lost = new Subscription("", number, SubscriptionSettings.STANDARD);
        nameless.put(number, lost);
        byNumber.put(number, lost);
        return lost;
    }

    /** Marks the number of a subscription that is left out as used. */
    void skip(int number) {
        requireNumber(number);
        next = Math.max(next, number + 1);
    }

    /** Marks lower numbers as used, according to a checkpoint. */
    void restoreNext(int number) {
        next = Math.max(next, number);
    }
}
