package io.posthorse.protocol.openwire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The advisories of temporary destinations, which every client gets completely and in order. A limited number is sent at a
 * time, with other clients' commands in between, so that one client's actions do not cost more where there are many
 * listeners. A client gets them before it is shown the name of such a destination. A client that does not read is served
 * later; once its pending advisories make the broker refuse other clients' requests, it is disconnected.
 *
 * @param <L> listener, compared by identity
 * @param <N> an advisory
 */
final class TemporaryNews<L, N> {
    /** Advisories that are sent before other work has its turn. */
    static final int AT_ONCE = 200;

    /** Maximum number of advisories that some listener has not got yet. */
    static final int WAITING_MAX = 1_000;

    /** Checks of a listener that reads nothing before it is disconnected. */
    static final int LOOKS_MAX = 10;

    private final Teller<L, N> teller;
    private final Consumer<Runnable> later;
    private final Consumer<Runnable> muchLater;
    /** Number of the next advisory of each listener. */
    private final Map<L, Long> listeners = new LinkedHashMap<>();
    /** Advisories that some listeners have not got yet, and the number of the first. */
    private final List<N> news = new ArrayList<>();

    private long first;
    /** Listeners of this round, and the index of the next one. */
    private List<L> round = List.of();

    private int at;
    private long roundEnd;
    private boolean isScheduled;
    /** Listeners that were passed over because they do not read, and the number of checks since. */
    private final Map<L, Integer> slow = new LinkedHashMap<>();

    private boolean isRecheckScheduled;
    private boolean hurries;

    /** Sends an advisory to a listener. */
    interface Teller<L, N> {
        /** Returns whether a listener reads what is sent to it. */
        boolean takes(L listener);

        void tell(L listener, N what);

        /** Disconnects a listener that reads nothing, for others cannot wait any longer; it is already forgotten. */
        void letGo(L listener);

        /** Notes that all listeners have got an advisory. */
        void heard(N what);
    }

    /**
     * @param later runs an action behind the present work and behind work that is already due
     * @param muchLater runs an action when a slow listener may be able to read again
     */
    TemporaryNews(Teller<L, N> teller, Consumer<Runnable> later, Consumer<Runnable> muchLater) {
        this.teller = teller;
        this.later = later;
        this.muchLater = muchLater;
    }

    /** Adds a listener for later advisories. */
    void listen(L listener) {
        listeners.put(listener, end());
    }

    void forget(L listener) {
        listeners.remove(listener);
        slow.remove(listener);
    }

    /** Returns whether so many advisories are pending that no more should be added. */
    boolean isFull() {
        return news.size() >= WAITING_MAX;
    }

    /** Returns whether all listeners have got everything. */
    boolean isQuiet() {
        return news.isEmpty();
    }

    /** Adds an advisory. */
    void happened(N what) {
        news.add(what);
        if (!isScheduled) {
            sendPart();
        }
    }

    /** Shortens the wait for slow listeners, since a client's request was refused on their account. */
    void hurry() {
        hurries = true;
    }

    /** Sends a listener all its pending advisories at once. */
    void catchUp(L listener) {
        Long next = listeners.get(listener);
        if (next != null && next < end()) {
            tell(listener, next, Integer.MAX_VALUE);
        }
    }

    private long end() {
        return first + news.size();
    }

    private void sendPart() {
        isScheduled = false;
        int left = AT_ONCE;
        while (left > 0 && hasNext()) {
            L listener = round.get(at);
            Long next = listeners.get(listener);
            boolean isBehind = next != null && next < end();
            if (isBehind && !teller.takes(listener)) {
                slow.putIfAbsent(listener, 0);
                at++;
                left--;
                continue;
            }
            if (isBehind) {
                left -= tell(listener, next, left);
            }
            if (next == null || listeners.get(listener) == end()) {
                at++;
            }
        }
        if (hasNext()) {
            isScheduled = true;
            later.accept(this::sendPart);
        } else if (!slow.isEmpty() && !isRecheckScheduled) {
            isRecheckScheduled = true;
            muchLater.accept(this::recheck);
        }
    }

    private void recheck() {
        isRecheckScheduled = false;
        slow.replaceAll((listener, checks) -> checks + 1);
        if (hurries || isFull()) {
            hurries = false;
            letGo();
        }
        if (!isScheduled) {
            round = List.copyOf(slow.keySet());
            at = 0;
            sendPart();
        }
    }

    private void letGo() {
        for (L listener : List.copyOf(slow.keySet())) {
            if (slow.get(listener) >= LOOKS_MAX && !teller.takes(listener)) {
                forget(listener);
                teller.letGo(listener);
            }
        }
    }

    /** Returns whether the round has another listener; begins a new round where some listeners are behind. */
    private boolean hasNext() {
        if (at < round.size()) {
            return true;
        }
        if (roundEnd < end()) {
            round = List.copyOf(listeners.keySet());
            roundEnd = end();
            at = 0;
        }
        if (at < round.size()) {
            return true;
        }
        dropHeard();
        round = List.of();
        at = 0;
        return false;
    }

    /** Drops the advisories that even the slowest listener has got. */
    private void dropHeard() {
        long least = end();
        for (L listener : slow.keySet()) {
            least = Math.min(least, listeners.get(listener));
        }
        List<N> old = news.subList(0, (int) (least - first));
        old.forEach(teller::heard);
        old.clear();
        first = least;
    }

    private int tell(L listener, long next, int most) {
        int count = (int) Math.min(most, end() - next);
        for (int i = 0; i < count; i++) {
            teller.tell(listener, news.get((int) (next - first) + i));
        }
        listeners.put(listener, next + count);
        if (next + count == end()) {
            slow.remove(listener);
        }
        return count;
    }
}
