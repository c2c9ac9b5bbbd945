package io.posthorse.example.parking.charging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class FeesTest {

    @Test
    void feesAreChargedPerStartedHour() {
        assertEquals(0, Fees.of(15, false));
        assertEquals(200, Fees.of(16, false));
        assertEquals(200, Fees.of(60, false));
        assertEquals(400, Fees.of(61, false));
        assertEquals(2_000, Fees.of(10_000, false));
        assertEquals(0, Fees.of(10_000, true));
        assertThrows(IllegalArgumentException.class, () -> Fees.of(-1, false));
    }
}
