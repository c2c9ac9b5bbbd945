package io.posthorse.broker.delivery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * The window of a view: messages that it has found and no consumer holds. Of each group only the first one is visible: to
 * all consumers, or to the one that has the group; so the next message for a consumer is found without skipping those of
 * others.
 */
final class CandidateWindow {
    /** Maximum messages in the window; priority is honoured among them. */
    static final int SIZE = 4_096;

    private final View view;
    private final MessageGroups owners;
    /** Messages without a group, and the first of each group that no consumer had when it was added. */
    private final TreeSet<Candidate> forAll = new TreeSet<>(Candidate.ORDER);
    private Map<String, Group> groups = Map.of();
    /** Messages that expire; null until there is one. */
    private TreeSet<Candidate> expiring;
    private int size;

    /** The messages of one group, and where the first of them is visible. */
    private static final class Group {
        final TreeSet<Candidate> messages = new TreeSet<>(Candidate.ORDER);
        final String name;
        Candidate shown;
        Consumer owner;

        Group(String name) {
            this.name = name;
        }
    }

    CandidateWindow(View view, MessageGroups owners) {
        this.view = view;
        this.owners = owners;
    }

    int size() {
        return size;
    }

    boolean isLow() {
        return size < SIZE / 2;
    }

    boolean isFull() {
        return size >= SIZE;
    }

    void add(Candidate message) {
        if (message.group() == null ? !forAll.add(message) : !addToGroup(message)) {
            return;
        }
        size++;
        if (message.traits().expiresAtMs() > 0) {
            expiring = expiring == null ? new TreeSet<>(Candidate.BY_EXPIRY) : expiring;
            expiring.add(message);
        }
    }

    private boolean addToGroup(Candidate message) {
        if (groups.isEmpty()) {
            groups = new HashMap<>();
        }
        Group group = groups.computeIfAbsent(message.group(), Group::new);
        if (!group.messages.add(message)) {
            return false;
        }
        if (group.shown == null || Candidate.ORDER.compare(message, group.shown) < 0) {
            hide(group);
            show(group);
        }
        return true;
    }

    void remove(Candidate message) {
        if (message.group() == null ? !forAll.remove(message) : !removeFromGroup(message)) {
            return;
        }
        size--;
        if (expiring != null) {
            expiring.remove(message);
        }
    }

    private boolean removeFromGroup(Candidate message) {
        Group group = groups.get(message.group());
        if (group == null || !group.messages.contains(message)) {
            return false;
        }
        hide(group);
        group.messages.remove(message);
        if (group.messages.isEmpty()) {
            groups.remove(group.name);
        } else {
            show(group);
        }
        return true;
    }

    private void show(Group group) {
        group.shown = group.messages.first();
        group.owner = owners.owner(group.name);
        if (group.owner == null) {
            forAll.add(group.shown);
        } else if (group.owner.view == view) {
            group.owner.own = group.owner.own == null ? new TreeSet<>(Candidate.ORDER) : group.owner.own;
            group.owner.own.add(group.shown);
            view.turns().ownChanged(group.owner);
        } else {
            owners.park(group.name, view);
        }
    }

    private void hide(Group group) {
        if (group.shown == null) {
            return;
        }
        if (group.owner == null) {
            forAll.remove(group.shown);
        } else if (group.owner.view == view) {
            group.owner.own.remove(group.shown);
            view.turns().ownChanged(group.owner);
        }
        group.shown = null;
    }

    /** Notes that no consumer has the group any more. */
    void released(String name) {
        Group group = groups.get(name);
        if (group != null) {
            hide(group);
            show(group);
        }
    }

    /** Returns the first message that every consumer may have; null where there is none. */
    Candidate firstForAll() {
        while (!forAll.isEmpty()) {
            Candidate first = forAll.first();
            if (first.group() == null || owners.owner(first.group()) == null) {
                return first;
            }
            Group group = groups.get(first.group()); // a consumer has got the group meanwhile
            hide(group);
            show(group);
        }
        return null;
    }

    /** Returns the next message for a consumer; null where there is none. */
    Candidate first(Consumer consumer) {
        Candidate common = firstForAll();
        if (consumer.own == null || consumer.own.isEmpty()) {
            return common;
        }
        Candidate own = consumer.own.first();
        return common == null || Candidate.ORDER.compare(own, common) < 0 ? own : common;
    }

    /** Returns an expired message; null where there is none. */
    Candidate firstExpired(long nowMs) {
        return expiring != null && !expiring.isEmpty() && expiring.first().traits().isExpired(nowMs)
                ? expiring.first() : null;
    }

    /** Removes messages that are no longer free; returns whether there were any. */
    boolean sweep(Predicate<Candidate> isFree) {
        List<Candidate> gone = new ArrayList<>();
        forAll.stream().filter(isFree.negate()).forEach(gone::add);
        groups.values().forEach(g -> g.messages.stream().filter(isFree.negate()).forEach(gone::add));
        gone.forEach(this::remove);
        return !gone.isEmpty();
    }

    void clear() {
        for (Group group : groups.values()) {
            hide(group);
            owners.unpark(group.name, view);
        }
        groups = Map.of();
        forAll.clear();
        expiring = null;
        size = 0;
    }
}
