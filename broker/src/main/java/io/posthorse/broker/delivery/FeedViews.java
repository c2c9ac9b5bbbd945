package io.posthorse.broker.delivery;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** The views of a feed, one for each selector; those with work are served in turn. */
final class FeedViews {
    /** Maximum views to check whether they have seen a message. */
    private static final int ASKED_MAX = 16;

    /** Minimum messages that must have gone before a stuck window is swept. */
    private static final int GONE_MIN = 256;

    private final Feed feed;
    /** View without a selector; null where there is none. */
    private View all;
    private Map<String, View> bySelector = Map.of();
    private final ArrayDeque<View> due = new ArrayDeque<>(1);
    /** Views that wait for messages from the disk; the one that asked for them becomes the last one then. */
    private List<View> waiting = List.of();
    /** Views whose windows are full of messages that no waiting consumer can take. */
    private List<View> stuck = List.of();
    private boolean areAllDue;

    FeedViews(Feed feed) {
        this.feed = feed;
    }

    /** Returns the view of a selector, or of null. */
    View of(Selector selector) {
        if (selector == null) {
            all = all == null ? make(null) : all;
            return all;
        }
        if (bySelector.isEmpty()) {
            bySelector = new LinkedHashMap<>();
        }
        return bySelector.computeIfAbsent(selector.key(), key -> make(selector));
    }

    private View make(Selector selector) {
        View view = new View(selector, feed.groups());
        view.returned = feed.returnedEnd();
        return view;
    }

    /** Removes a view that is no longer used. */
    void remove(View view) {
        view.window().clear();
        if (view == all) {
            all = null;
        } else {
            bySelector.remove(view.selector().key());
        }
    }

    private void forEach(Consumer<View> action) {
        if (all != null) {
            action.accept(all);
        }
        bySelector.values().forEach(action);
    }

    void restart(long returnedEnd) {
        forEach(view -> view.restart(returnedEnd));
        allDue();
    }

    /** Returns whether all views have seen the messages given back before a number. */
    boolean haveSeen(long number) {
        return bySelector.size() <= ASKED_MAX && (all == null || all.returned >= number)
                && bySelector.values().stream().allMatch(view -> view.returned >= number);
    }

    // ---- work

    void due(View view) {
        if (!view.isDue) {
            view.isDue = true;
            due.add(view);
        }
    }

    void dueFirst(View view) {
        if (!view.isDue) {
            view.isDue = true;
            due.addFirst(view);
        }
    }

    void allDue() {
        areAllDue = true;
    }

    boolean hasDue() {
        return areAllDue || !due.isEmpty();
    }

    /** Returns the next one with work; null where there is none. */
    View nextDue() {
        if (areAllDue) {
            areAllDue = false;
            forEach(view -> {
                if (!view.turns().isEmpty()) {
                    due(view);
                }
            });
        }
        View view = due.poll();
        if (view != null) {
            view.isDue = false;
            view.isStuck = false;
        }
        return view;
    }

    void stuck(View view) {
        view.isStuck = true;
        stuck = stuck.isEmpty() ? new ArrayList<>(2) : stuck;
        stuck.add(view);
    }

    /** @param departures messages that have gone so far */
    void unstick(long departures) {
        if (stuck.isEmpty()) {
            return;
        }
        stuck.removeIf(view -> {
            if (!view.isStuck || departures - view.sweptAt < GONE_MIN) {
                return !view.isStuck;
            }
            view.isStuck = false;
            due(view);
            return true;
        });
        stuck = stuck.isEmpty() ? List.of() : stuck;
    }

    // ---- the disk

    void waitForDisk(View view) {
        if (!view.waitsForDisk) {
            view.waitsForDisk = true;
            waiting = waiting.isEmpty() ? new ArrayList<>(2) : waiting;
            waiting.add(view);
        }
    }

    void arrived() {
        List<View> woken = waiting;
        waiting = List.of();
        for (int i = 1; i <= woken.size(); i++) { // the first one has asked, and would ask again before the others
            View view = woken.get(i % woken.size());
            view.waitsForDisk = false;
            due(view);
        }
    }
}
