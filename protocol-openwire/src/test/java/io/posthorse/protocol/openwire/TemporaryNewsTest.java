package io.posthorse.protocol.openwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Every listener gets every advisory once and in order, however many listeners there are, and few are sent at a time. */
class TemporaryNewsTest {
    private int sent;
    private int happened;
    private int completed;
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final ArrayDeque<Runnable> muchLater = new ArrayDeque<>();
    private final TemporaryNews<Listener, Integer> news = new TemporaryNews<>(new TemporaryNews.Teller<>() {
        @Override
        public boolean takes(Listener listener) {
            return listener.takes;
        }

        @Override
        public void tell(Listener listener, Integer what) {
            listener.received.add(what);
            sent++;
        }

        @Override
        public void letGo(Listener listener) {
            listener.isGone = true;
        }

        @Override
        public void heard(Integer what) {
            assertEquals(completed++, what);
        }
    }, later::add, muchLater::add);

    private final class Listener {
        private final int from = happened;
        private final List<Integer> received = new ArrayList<>();
        private boolean takes = true;
        private boolean isGone;

        void assertInOrder() {
            assertEquals(IntStream.range(from, from + received.size()).boxed().toList(), received);
        }
    }

    private Listener listen() {
        Listener one = new Listener();
        listeners.add(one);
        news.listen(one);
        return one;
    }

    private void happen() {
        news.happened(happened++);
    }

    private void runAll() {
        while (!later.isEmpty()) {
            int before = sent;
            later.poll().run();
            assertTrue(sent - before <= TemporaryNews.AT_ONCE, () -> sent - before + " at once");
        }
    }

    @Test
    void fewListenersAreServedAtOnce() {
        for (int i = 0; i < TemporaryNews.AT_ONCE; i++) {
            listen();
        }
        happen();
        assertEquals(TemporaryNews.AT_ONCE, sent);
        assertTrue(news.isQuiet());
        assertTrue(later.isEmpty());
    }

    @Test
    void manyListenersAreServedInParts() {
        for (int i = 0; i < 1_000; i++) {
            listen();
        }
        happen();
        assertEquals(TemporaryNews.AT_ONCE, sent);
        happen();
        assertEquals(TemporaryNews.AT_ONCE, sent, "the first ones wait until the others have got theirs");
        Listener last = listeners.getLast();
        news.catchUp(last);
        assertEquals(List.of(0, 1), last.received);
        runAll();
        assertEquals(2_000, sent);
        listeners.forEach(Listener::assertInOrder);
        assertTrue(news.isQuiet());
    }

    @Test
    void tooManyPendingAdvisoriesAreReported() {
        for (int i = 0; i <= TemporaryNews.AT_ONCE; i++) {
            listen();
        }
        for (int i = 0; i < TemporaryNews.WAITING_MAX; i++) {
            assertFalse(news.isFull());
            happen();
        }
        assertTrue(news.isFull());
        runAll();
        assertFalse(news.isFull());
    }

    @Test
    void aSlowListenerIsServedLaterAndDelaysNoOther() {
        Listener slow = listen();
        Listener other = listen();
        slow.takes = false;
        for (int i = 0; i < 10; i++) {
            happen();
        }
        assertEquals(10, other.received.size());
        assertTrue(slow.received.isEmpty(), "its connection buffers nothing");
        assertTrue(later.isEmpty());
        slow.takes = true;
        muchLater.poll().run();
        assertEquals(10, slow.received.size());
        slow.assertInOrder();
        assertTrue(news.isQuiet());
        assertTrue(muchLater.isEmpty());
        happen();
        assertEquals(11, slow.received.size());
        slow.assertInOrder();
    }

    @Test
    void aBlockedListenerIsDisconnectedWhenTooMuchIsPending() {
        Listener blocked = listen();
        Listener other = listen();
        blocked.takes = false;
        for (int i = 0; i < 20; i++) {
            happen();
            muchLater.poll().run();
        }
        assertFalse(blocked.isGone, "no other client waits for it");
        for (int i = 20; i < TemporaryNews.WAITING_MAX; i++) {
            happen();
        }
        assertTrue(news.isFull());
        muchLater.poll().run();
        assertFalse(news.isFull());
        assertTrue(blocked.isGone);
        assertTrue(blocked.received.isEmpty());
        assertEquals(TemporaryNews.WAITING_MAX, other.received.size());
        other.assertInOrder();
        assertTrue(news.isQuiet());
    }

    @Test
    void afterARefusalABlockedListenerGetsAFewMoreChecks() {
        Listener blocked = listen();
        blocked.takes = false;
        happen();
        for (int i = 0; i < TemporaryNews.LOOKS_MAX; i++) {
            assertFalse(blocked.isGone);
            news.hurry();
            muchLater.poll().run();
        }
        assertTrue(blocked.isGone);
        assertTrue(news.isQuiet());
    }

    @Test
    void listenersMayJoinAndLeaveAtAnyTime() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Listener> gone = new ArrayList<>();
        for (int step = 0; step < 20_000; step++) {
            switch (random.nextInt(9)) {
                case 0, 1 -> listen();
                case 2 -> {
                    if (listeners.size() > 300) {
                        Listener one = listeners.remove(random.nextInt(listeners.size()));
                        news.forget(one);
                        gone.add(one);
                    }
                }
                case 3 -> happen();
                case 4 -> {
                    if (!listeners.isEmpty()) {
                        news.catchUp(listeners.get(random.nextInt(listeners.size())));
                    }
                }
                case 5 -> {
                    if (!listeners.isEmpty()) {
                        Listener one = listeners.get(random.nextInt(listeners.size()));
                        one.takes = !one.takes;
                    }
                    if (!muchLater.isEmpty()) {
                        muchLater.poll().run();
                    }
                }
                default -> {
                    if (!later.isEmpty()) {
                        later.poll().run();
                    }
                }
            }
        }
        listeners.forEach(one -> one.takes = true);
        runAll();
        while (!muchLater.isEmpty()) {
            muchLater.poll().run();
            runAll();
        }
        listeners.removeIf(one -> one.isGone);
        for (Listener one : listeners) {
            one.assertInOrder();
            assertEquals(happened - one.from, one.received.size(), "seed " + seed);
        }
        gone.forEach(Listener::assertInOrder);
        assertTrue(news.isQuiet(), "seed " + seed);
    }
}
