package io.posthorse.protocol.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls of a connection of which nobody knows yet whose it is. */
class NewcomerTest {
    private final List<Integer> looked = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();

    @Test
    void oneCallIsLookedAtAtATimeUntilOneIsLetIn() {
        Newcomer newcomer = new Newcomer(user -> {
            asked.add(user);
            return user.equals("ann");
        });
        for (int i = 0; i < 1_000; i++) {
            int call = i;
            newcomer.look(() -> looked.add(call));
        }
        assertEquals(List.of(0), looked);

        newcomer.decided();
        assertFalse(newcomer.admit("bob"), "he has as many connections as one may");
        newcomer.decided();
        assertEquals(List.of(0, 1, 2), looked);
        assertFalse(newcomer.isKnown());

        assertTrue(newcomer.admit("ann"));
        assertEquals(1_000, looked.size(), "all others, once it is known who it is");
        newcomer.look(() -> looked.add(1_000));
        newcomer.decided();
        assertEquals(1_001, looked.size());
        assertTrue(newcomer.isKnown());
        assertTrue(newcomer.admit("bob"), "it is ann's");
        assertEquals(List.of("bob", "ann"), asked);
    }
}
