package io.posthorse.protocol.openwire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jakarta.jms.MessageFormatException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fields of crontab(5). 2026-11-21 is a Saturday. */
class CronTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static ZonedDateTime next(String text, String behind) throws MessageFormatException {
        ZonedDateTime now = LocalDateTime.parse(behind).atZone(BERLIN);
        return Cron.parse(text, now).next(now);
    }

    @ParameterizedTest(name = "{0} behind {1}")
    @CsvSource(delimiter = ';', value = {
            "* * * * *;          2026-11-21T10:20:30; 2026-11-21T10:21",
            "*/15 * * * *;       2026-11-21T10:20;    2026-11-21T10:30",
            "5/20 * * * *;       2026-11-21T10:20;    2026-11-21T10:25",
            "20 * * * *;         2026-11-21T10:20;    2026-11-21T11:20",
            "0 9-17/4 * * *;     2026-11-21T10:20;    2026-11-21T13:00",
            "30 8 * * mon-fri;   2026-11-21T10:20;    2026-11-23T08:30",
            "30 8 * * 7;         2026-11-21T10:20;    2026-11-22T08:30",
            "0 0 1 jan *;        2026-11-21T10:20;    2027-01-01T00:00",
            "0 0 29 2 *;         2026-11-21T10:20;    2028-02-29T00:00",
            "0 0 13 * FRI;       2026-11-21T10:20;    2026-11-27T00:00",
            "0 0 1,22 * *;       2026-11-21T10:20;    2026-11-22T00:00",
            "59 23 31 12 *;      2026-12-31T23:59;    2027-12-31T23:59"})
    void nextReturnsTheNextMatchingMinute(String text, String behind, String expected) throws MessageFormatException {
        assertEquals(LocalDateTime.parse(expected), next(text, behind).toLocalDateTime());
    }

    @Test
    void anHourSkippedByTheClockIsSkipped() throws MessageFormatException {
        // at 02:00 of 29 March the clocks go forward to 03:00
        assertEquals(LocalDateTime.parse("2026-03-30T02:30"), next("30 2 * * *", "2026-03-29T01:00").toLocalDateTime());
    }

    @ParameterizedTest
    @ValueSource(strings = {
            "", "*", "* * * *", "* * * * * *", "60 * * * *",
            "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "-1 * * * *",
            "5-1 * * * *", "*/0 * * * *", "a * * * *", "1, * * * *", "1--2 * * * *", "0 0 31 2 *", "* * * foo *"})
    void aTextThatMatchesNoTimeIsRefused(String text) {
        assertThrows(MessageFormatException.class, () -> next(text, "2026-11-21T10:20"));
    }

    @Test
    void anOverlongTextIsRefused() {
        assertThrows(MessageFormatException.class, () -> next("1,".repeat(200) + "1 * * * *", "2026-11-21T10:20"));
    }
}
