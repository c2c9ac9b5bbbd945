package io.posthorse.protocol.openwire;

import jakarta.jms.MessageFormatException;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;

/**
 * A schedule in the five fields of crontab: minute, hour, day of the month, month, day of the week; with numbers, names of
 * months and days, {@code *}, lists, ranges and steps. Where both days are given, one of them suffices, as in crontab(5).
 */
final class Cron {
    private static final int CHARS_MAX = 256;
    private static final int YEARS_AHEAD = 8;
    private static final List<String> MONTHS =
            List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC");
    private static final List<String> DAYS = List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT");

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet days;
    private final BitSet months;
    private final BitSet weekdays;
    private final boolean anyDay;
    private final boolean anyWeekday;

    private Cron(String[] fields) throws MessageFormatException {
        minutes = field(fields[0], 0, 59, List.of());
        hours = field(fields[1], 0, 23, List.of());
        days = field(fields[2], 1, 31, List.of());
        months = field(fields[3], 1, 12, MONTHS);
        weekdays = field(fields[4], 0, 7, DAYS);
        if (weekdays.get(7)) {
            weekdays.set(0); // Sunday is both 0 and 7
        }
        anyDay = fields[2].startsWith("*");
        anyWeekday = fields[4].startsWith("*");
    }

    /** @throws MessageFormatException where the text is invalid, or matches no time within eight years from now */
    static Cron parse(String text, ZonedDateTime now) throws MessageFormatException {
        String[] fields = text.strip().split("\\s+");
        if (text.length() > CHARS_MAX || fields.length != 5) {
            throw new MessageFormatException("A cron text has five fields (minute hour day month weekday) and at most 256"
                    + " characters; this one has " + fields.length + " fields: " + text);
        }
        Cron cron = new Cron(fields);
        if (cron.next(now) == null) {
            throw new MessageFormatException("The cron text matches no time in the next eight years: " + text);
        }
        return cron;
    }

    private static BitSet field(String text, int min, int max, List<String> names) throws MessageFormatException {
        BitSet set = new BitSet();
        for (String part : text.split(",", -1)) {
            int slash = part.indexOf('/');
            String range = slash < 0 ? part : part.substring(0, slash);
            int step = slash < 0 ? 1 : number(part.substring(slash + 1), 1, max, List.of());
            int dash = range.indexOf('-');
            int from = range.equals("*") ? min : number(dash < 0 ? range : range.substring(0, dash), min, max, names);
            int single = slash < 0 ? from : max;
            int to = range.equals("*") ? max : dash < 0 ? single : number(range.substring(dash + 1), min, max, names);
            if (to < from) {
                throw new MessageFormatException("The cron field " + text + " has a range that ends before it begins.");
            }
            for (int value = from; value <= to; value += step) {
                set.set(value);
            }
        }
        return set;
    }

    private static int number(String text, int min, int max, List<String> names) throws MessageFormatException {
        int named = names.indexOf(text.toUpperCase(Locale.ROOT));
        try {
            int value = named >= 0 ? named + Math.min(min, 1) : Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below
        }
        throw new MessageFormatException("In a cron text, " + text + " is not one of " + min + " to " + max + ".");
    }

    /** Returns the first matching minute behind a time; null where there is none within eight years. */
    ZonedDateTime next(ZonedDateTime behind) {
        ZonedDateTime at = behind.truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        ZonedDateTime end = behind.plusYears(YEARS_AHEAD);
        while (at.isBefore(end)) {
            if (!months.get(at.getMonthValue())) {
                at = at.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).plusMonths(1);
            } else if (!isDay(at)) {
                at = at.truncatedTo(ChronoUnit.DAYS).plusDays(1);
            } else if (!hours.get(at.getHour())) {
                at = at.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minutes.get(at.getMinute())) {
                at = at.plusMinutes(1);
            } else {
                return at;
            }
        }
        return null;
    }

    private boolean isDay(ZonedDateTime at) {
        boolean day = days.get(at.getDayOfMonth());
        boolean weekday = weekdays.get(at.getDayOfWeek().getValue() % 7);
        return anyDay || anyWeekday ? day && weekday : day || weekday;
    }
}
