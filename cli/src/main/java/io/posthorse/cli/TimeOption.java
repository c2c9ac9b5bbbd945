package io.posthorse.cli;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * An option with a time, as ms since 1970: {@code 2026-11-21T10:00+01:00}, {@code 2026-11-21T10:00} or {@code 2026-11-21}
 * in this machine's time zone, {@code +2h} or {@code -30m} from now (s, m, h, d), or the ms themselves.
 */
final class TimeOption implements ITypeConverter<Long> {
    private static final Pattern FROM_NOW = Pattern.compile("([+-])(\\d{1,9})([smhd])");
    private static final Pattern MS = Pattern.compile("\\d{5,18}");

    private final LongSupplier nowMs;

    TimeOption() {
        this(System::currentTimeMillis);
    }

    /** @param nowMs returns the ms since 1970 that distances are relative to */
    TimeOption(LongSupplier nowMs) {
        this.nowMs = nowMs;
    }

    @Override
    public Long convert(String text) {
        Matcher fromNow = FROM_NOW.matcher(text);
        if (fromNow.matches()) {
            long amount = Long.parseLong(fromNow.group(1) + fromNow.group(2));
            Duration distance = switch (fromNow.group(3)) {
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
            return nowMs.getAsLong() + distance.toMillis();
        }
        if (MS.matcher(text).matches()) {
            return Long.valueOf(text);
        }
        try {
            if (!text.contains("T")) {
                return LocalDate.parse(text).atStartOfDay(ZoneId.systemDefault()).toInstant().toEpochMilli();
            }
            return text.matches(".*(Z|[+-]\\d\\d(:?\\d\\d)?)")
                    ? OffsetDateTime.parse(text).toInstant().toEpochMilli()
                    : LocalDateTime.parse(text).atZone(ZoneId.systemDefault()).toInstant().toEpochMilli();
        } catch (DateTimeException e) {
            throw new TypeConversionException("'" + text + "' is not a time, so no request was sent. Write 2026-11-21T10:00,"
                    + " 2026-11-21T10:00Z, +2h, -30m, or ms since 1970");
        }
    }
}
