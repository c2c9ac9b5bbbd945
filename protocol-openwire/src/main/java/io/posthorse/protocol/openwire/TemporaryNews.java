package io.posthorse.protocol.openwire;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What every client hears of temporary destinations, all of it and in order. So many are told at a time, and others'
 * commands come in between: what one client does costs no more where there are many. Who is about to be shown the name of
 * such a destination is told first. Who does not take what he is sent is told later; when others are refused something
 * since so much waits for him, he has to go.
 *
 * @param <L> who listens, told from others by identity
 * @param <N> something to be told
 */
final class TemporaryNews<L, N> {
    /** How often somebody is told something before others have their turn. */
    static final int AT_ONCE = 200;

    /** News that may wait until all have heard them. */
    static final int WAITING_MAX = 1_000;

    /** So often somebody is looked at who takes nothing before he has to go. */
    static final int LOOKS_MAX = 10;

    private final Teller<L, N> teller;
    private final Consumer<Runnable> later;
    private final Consumer<Runnable> muchLater;
    /** By listener: the number of what it hears next. */
    private final Map<L, Long> listeners = new LinkedHashMap<>();
    /** What some have not heard, and the number of the first of it. */
    private final List<N> news = new ArrayList<>();

    private long first;
    /** Those who are told in this round, and the next one of them. */
    private List<L> round = List.of();

    private int at;
    private long roundEnd;
    private boolean isScheduled;
    /** Those who were passed over since they do not take what they are sent, and how often they were looked at again. */
    private final Map<L, Integer> slow = new LinkedHashMap<>();

    private boolean looksAgain;
    private boolean hurries;

    /** Tells somebody something. */
    interface Teller<L, N> {
        /** Whether somebody takes what he is sent. */
        boolean takes(L listener);

        void tell(L listener, N what);

        /** Others cannot wait any longer for somebody who takes nothing; he is forgotten already. */
        void letGo(L listener);

        /** All have heard it. */
        void heard(N what);
    }

    /**
     * @param later runs an action behind what is going on, and behind what others have begun
     * @param muchLater runs an action when somebody who took nothing may take something again
     */
    TemporaryNews(Teller<L, N> teller, Consumer<Runnable> later, Consumer<Runnable> muchLater) {
        this.teller = teller;
        this.later = later;
        this.muchLater = muchLater;
    }

    /** Somebody listens from now on. */
    void listen(L listener) {
        listeners.put(listener, end());
    }

    void forget(L listener) {
        listeners.remove(listener);
        slow.remove(listener);
    }

    /** Whether so much waits that nothing more should happen of which all have to hear. */
    boolean isFull() {
        return news.size() >= WAITING_MAX;
    }

    /** Whether all have heard everything. */
    boolean isQuiet() {
        return news.isEmpty();
    }

    /** Something has happened. */
    void happened(N what) {
        news.add(what);
        if (!isScheduled) {
            go();
        }
    }

    /** Somebody was refused something since so much waits: who takes nothing is not waited for much longer. */
    void hurry() {
        hurries = true;
    }

    /** Tells somebody at once what he has not heard. */
    void catchUp(L listener) {
        Long heard = listeners.get(listener);
        if (heard != null && heard < end()) {
            tell(listener, heard, Integer.MAX_VALUE);
        }
    }

    private long end() {
        return first + news.size();
    }

    private void go() {
        isScheduled = false;
        int left = AT_ONCE;
        while (left > 0 && hasNext()) {
            L listener = round.get(at);
            Long heard = listeners.get(listener);
            boolean isBehind = heard != null && heard < end();
            if (isBehind && !teller.takes(listener)) {
                slow.putIfAbsent(listener, 0);
                at++;
                left--;
                continue;
            }
            if (isBehind) {
                left -= tell(listener, heard, left);
            }
            if (heard == null || listeners.get(listener) == end()) {
                at++;
            }
        }
        if (hasNext()) {
            isScheduled = true;
            later.accept(this::go);
        } else if (!slow.isEmpty() && !looksAgain) {
            looksAgain = true;
            muchLater.accept(this::again);
        }
    }

    private void again() {
        looksAgain = false;
        slow.replaceAll((listener, looks) -> looks + 1);
        if (hurries || isFull()) {
            hurries = false;
            letGo();
        }
        if (!isScheduled) {
            round = List.copyOf(slow.keySet());
            at = 0;
            go();
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

    /** Whether somebody is left to be told; begins a round where some have heard less than there is by now. */
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

    /** What the slowest of all has heard need not be kept. */
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

    private int tell(L listener, long heard, int most) {
        int count = (int) Math.min(most, end() - heard);
        for (int i = 0; i < count; i++) {
            teller.tell(listener, news.get((int) (heard - first) + i));
        }
        listeners.put(listener, heard + count);
        if (heard + count == end()) {
            slow.remove(listener);
        }
        return count;
    }
}
