package io.posthorse.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.LocalDateTime;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

/** Times as people and scripts write them. */
class TimeOptionTest {
    private static final long NOW_MS = 1_795_257_000_000L;

    private final TimeOption option = new TimeOption(() -> NOW_MS);

    @Test
    void timesAreParsed() {
        assertEquals(1_795_257_000_000L, option.convert("1795257000000"));
        assertEquals(1_000L, option.convert("1970-01-01T00:00:01Z"));
        assertEquals(0L, option.convert("1970-01-01T02:00+02:00"));
        long local = LocalDateTime.of(2026, 11, 21, 10, 0).atZone(ZoneId.systemDefault()).toInstant().toEpochMilli();
        assertEquals(local, option.convert("2026-11-21T10:00"));
        assertEquals(local - 10 * 3_600_000, option.convert("2026-11-21"));
    }

    @Test
    void distancesAreRelativeToNow() {
        assertEquals(NOW_MS + 7_200_000, option.convert("+2h"));
        assertEquals(NOW_MS - 86_400_000, option.convert("-1d"));
        assertEquals(NOW_MS + 90_000, option.convert("+90s"));
        assertEquals(NOW_MS - 1_800_000, option.convert("-30m"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "soon", "10:00", "2026-13-01", "2026-11-21T25:00", "+2w", "+h", "12", "-2h30m"})
    void anInvalidTimeIsRefused(String text) {
        assertThrows(TypeConversionException.class, () -> option.convert(text));
    }
}
