package io.posthorse.protocol.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Calls of a connection whose user is still unknown. */
class NewcomerTest {
    private final List<Integer> checked = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();

    @Test
    void callsAreCheckedOneAtATimeUntilOneIsAdmitted() {
        Newcomer newcomer = new Newcomer(user -> {
            asked.add(user);
            return user.equals("ann");
        });
        for (int i = 0; i < 1_000; i++) {
            int call = i;
            newcomer.check(() -> checked.add(call));
        }
        assertEquals(List.of(0), checked);

        newcomer.decided();
        assertFalse(newcomer.admit("bob"), "the user has the maximum number of connections");
        newcomer.decided();
        assertEquals(List.of(0, 1, 2), checked);
        assertFalse(newcomer.isKnown());

        assertTrue(newcomer.admit("ann"));
        assertEquals(1_000, checked.size(), "all others, once the user is known");
        newcomer.check(() -> checked.add(1_000));
        newcomer.decided();
        assertEquals(1_001, checked.size());
        assertTrue(newcomer.isKnown());
        assertTrue(newcomer.admit("bob"), "it belongs to ann");
        assertEquals(List.of("bob", "ann"), asked);
    }
}
