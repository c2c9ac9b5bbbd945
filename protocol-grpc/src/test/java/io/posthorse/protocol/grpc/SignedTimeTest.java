package io.posthorse.protocol.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Times as clients sign them. */
class SignedTimeTest {
    private static final long NOON = Instant.parse("2026-01-31T12:00:00Z").toEpochMilli();

    private static long distance(String text, ZoneId... zones) {
        return SignedTime.distanceMs(text, NOON, List.of(zones));
    }

    @Test
    void theNearestInterpretationCounts() {
        ZoneId shanghai = ZoneId.of("Asia/Shanghai");
        assertEquals(1_000, distance("20260131T120001Z", ZoneOffset.UTC));
        assertEquals(8 * 3_600_000, distance("20260131T200000Z", ZoneOffset.UTC));
        assertEquals(0, distance("20260131T200000Z", ZoneOffset.UTC, shanghai));
        assertEquals(0, distance("20260131T120000Z", ZoneOffset.UTC, shanghai));
        assertEquals(250, distance("2026-01-31T12:00:00.25Z", shanghai), "a time with a zone needs no other zone");
        assertEquals(0, distance("2026-01-31T20:00:00+08:00", ZoneOffset.UTC));
    }

    @Test
    void bothHoursOfASetBackClockAreAccepted() {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        for (String utc : new String[] {"2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"}) {
            long now = Instant.parse(utc).toEpochMilli();
            assertEquals(0, SignedTime.distanceMs("20261025T023000Z", now, List.of(berlin)), utc);
        }
    }

    @Test
    void anInvalidTimeIsFarFromAnyTime() {
        for (String text : new String[] {
            "", "Z", "20260131", "20260131T120000", "20261331T120000Z", "+1-2", "2026-01-31", "9".repeat(100_000),
            "+999999999-12-31T23:59:59Z", "-999999999-01-01T00:00:00Z", "99991231T235959Z", "00000101T000000Z"
        }) {
            assertTrue(distance(text, ZoneOffset.UTC, ZoneId.of("Asia/Shanghai")) > SignedTime.WINDOW_MS, text);
        }
    }
}
