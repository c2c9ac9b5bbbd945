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

/** Everybody hears everything, in order and once, however many there are, and little of it is told at a time. */
class TemporaryNewsTest {
    private int told;
    private int happened;
    private int heardByAll;
    private final ArrayDeque<Runnable> later = new ArrayDeque<>();
    private final List<Listener> listeners = new ArrayList<>();
    private final ArrayDeque<Runnable> muchLater = new ArrayDeque<>();
    private final TemporaryNews<Listener, Integer> news = new TemporaryNews<>(new TemporaryNews.Teller<>() {
        @Override
        public boolean takes(Listener who) {
            return who.takes;
        }

        @Override
        public void tell(Listener who, Integer what) {
            who.heard.add(what);
            told++;
        }

        @Override
        public void letGo(Listener who) {
            who.isGone = true;
        }

        @Override
        public void heard(Integer what) {
            assertEquals(heardByAll++, what);
        }
    }, later::add, muchLater::add);

    private final class Listener {
        private final int from = happened;
        private final List<Integer> heard = new ArrayList<>();
        private boolean takes = true;
        private boolean isGone;

        void assertInOrder() {
            assertEquals(IntStream.range(from, from + heard.size()).boxed().toList(), heard);
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

    private void rest() {
        while (!later.isEmpty()) {
            int before = told;
            later.poll().run();
            assertTrue(told - before <= TemporaryNews.AT_ONCE, () -> told - before + " at once");
        }
    }

    @Test
    void fewAreToldAtOnce() {
        for (int i = 0; i < TemporaryNews.AT_ONCE; i++) {
            listen();
        }
        happen();
        assertEquals(TemporaryNews.AT_ONCE, told);
        assertTrue(news.isQuiet());
        assertTrue(later.isEmpty());
    }

    @Test
    void manyAreToldInParts() {
        for (int i = 0; i < 1_000; i++) {
            listen();
        }
        happen();
        assertEquals(TemporaryNews.AT_ONCE, told);
        happen();
        assertEquals(TemporaryNews.AT_ONCE, told, "the first ones have to wait until others have heard");
        Listener last = listeners.getLast();
        news.catchUp(last);
        assertEquals(List.of(0, 1), last.heard);
        rest();
        assertEquals(2_000, told);
        listeners.forEach(Listener::assertInOrder);
        assertTrue(news.isQuiet());
    }

    @Test
    void whereTooMuchWaitsItIsSaid() {
        for (int i = 0; i <= TemporaryNews.AT_ONCE; i++) {
            listen();
        }
        for (int i = 0; i < TemporaryNews.WAITING_MAX; i++) {
            assertFalse(news.isFull());
            happen();
        }
        assertTrue(news.isFull());
        rest();
        assertFalse(news.isFull());
    }

    @Test
    void whoTakesNothingIsToldLaterAndKeepsNobodyWaiting() {
        Listener slow = listen();
        Listener other = listen();
        slow.takes = false;
        for (int i = 0; i < 10; i++) {
            happen();
        }
        assertEquals(10, other.heard.size());
        assertTrue(slow.heard.isEmpty(), "nothing waits in its connection");
        assertTrue(later.isEmpty());
        slow.takes = true;
        muchLater.poll().run();
        assertEquals(10, slow.heard.size());
        slow.assertInOrder();
        assertTrue(news.isQuiet());
        assertTrue(muchLater.isEmpty());
        happen();
        assertEquals(11, slow.heard.size());
        slow.assertInOrder();
    }

    @Test
    void whoTakesNothingHasToGoWhereTooMuchWaitsForHim() {
        Listener stuck = listen();
        Listener other = listen();
        stuck.takes = false;
        for (int i = 0; i < 20; i++) {
            happen();
            muchLater.poll().run();
        }
        assertFalse(stuck.isGone, "nobody has to wait for him");
        for (int i = 20; i < TemporaryNews.WAITING_MAX; i++) {
            happen();
        }
        assertTrue(news.isFull());
        muchLater.poll().run();
        assertFalse(news.isFull());
        assertTrue(stuck.isGone);
        assertTrue(stuck.heard.isEmpty());
        assertEquals(TemporaryNews.WAITING_MAX, other.heard.size());
        other.assertInOrder();
        assertTrue(news.isQuiet());
    }

    @Test
    void whereSomebodyIsRefusedThoseWhoTakeNothingAreWaitedForALittle() {
        Listener stuck = listen();
        stuck.takes = false;
        happen();
        for (int i = 0; i < TemporaryNews.LOOKS_MAX; i++) {
            assertFalse(stuck.isGone);
            news.hurry();
            muchLater.poll().run();
        }
        assertTrue(stuck.isGone);
        assertTrue(news.isQuiet());
    }

    @Test
    void whoeverComesAndGoesMeanwhile() {
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
        rest();
        while (!muchLater.isEmpty()) {
            muchLater.poll().run();
            rest();
        }
        listeners.removeIf(one -> one.isGone);
        for (Listener one : listeners) {
            one.assertInOrder();
            assertEquals(happened - one.from, one.heard.size(), "seed " + seed);
        }
        gone.forEach(Listener::assertInOrder);
        assertTrue(news.isQuiet(), "seed " + seed);
    }
}
