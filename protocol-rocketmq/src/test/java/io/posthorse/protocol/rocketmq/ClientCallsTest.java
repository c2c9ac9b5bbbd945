package io.posthorse.protocol.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.protocol.rocketmq.ClientCalls.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientCallsTest {
    private static final byte[] NO_BODY = {};

    private final List<Frame> sent = new ArrayList<>();
    private final List<Runnable> timers = new ArrayList<>();
    private final List<String> outcomes = new ArrayList<>();
    private final ClientCalls calls = new ClientCalls(sent::add, (delayMs, task) -> {
        assertEquals(500, delayMs);
        timers.add(task);
        return () -> timers.remove(task);
    });

    private void ask(int opaque) {
        calls.ask(307, opaque, Map.of("a", "b"), NO_BODY, 500, (answer, failure) ->
                outcomes.add(opaque + " " + (answer == null ? failure : answer.remark())));
    }

    @Test
    void answerEndsTheCall() {
        ask(1);
        ask(2);
        assertEquals(2, sent.size());
        assertFalse(sent.getFirst().isOneWay());
        calls.answered(sent.get(1).answer(0, "two", Map.of(), NO_BODY));
        assertEquals(List.of("2 two"), outcomes);
        assertEquals(1, timers.size());
        assertFalse(calls.awaits(2));
        assertTrue(calls.awaits(1));
        assertFalse(calls.awaits(3));
    }

    @Test
    void timeoutEndsTheCall() {
        ask(1);
        timers.getFirst().run();
        assertEquals(List.of("1 " + Failure.TIMEOUT), outcomes);
        assertFalse(calls.awaits(1), "no call waits for a late answer");
        calls.closed();
        assertEquals(1, outcomes.size());
    }

    @Test
    void closingTheConnectionEndsAllCalls() {
        ask(1);
        ask(2);
        calls.closed();
        assertEquals(List.of("1 " + Failure.GONE, "2 " + Failure.GONE), outcomes.stream().sorted().toList());
        assertEquals(List.of(), timers);
    }

    @Test
    void openCallsAreLimited() {
        for (int i = 0; i < 300; i++) {
            ask(i);
        }
        assertEquals(256, sent.size());
        assertEquals(44, outcomes.size());
        assertEquals("299 " + Failure.TOO_MANY, outcomes.getLast());
    }
}
