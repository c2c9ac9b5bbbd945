package io.posthorse.protocol.grpc;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The time that a client signed. Clients write {@code 20260131T235959Z}, and RocketMQ's own for Java writes its local time
 * in that form, in spite of the Z, so it may be the time of several zones. Other clients write RFC 3339.
 */
final class SignedTime {
    /** Maximum difference between a client's clock and the broker's in either direction, in ms. */
    static final long WINDOW_MS = 5 * 60_000;

    private static final DateTimeFormatter FORM = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");
    private static final int CHARS_MAX = 40;
    private static final long SECONDS_MAX = 1L << 40;

    private SignedTime() {}

    /** Returns the zones in which a time is read: UTC, the machine's own, and the configured ones. */
    static List<ZoneId> zones(List<ZoneId> configured) {
        return Stream.concat(Stream.of(ZoneOffset.UTC, ZoneId.systemDefault()), configured.stream()).distinct().toList();
    }

    /**
     * Returns the least distance of a signed time from now over all zones, in ms; {@link Long#MAX_VALUE} where it is
     * invalid.
     */
    static long distanceMs(String text, long nowMs, List<ZoneId> zones) {
        long nearest = Long.MAX_VALUE;
        for (Instant meant : meant(text, zones)) {
            boolean isSane = Math.abs(meant.getEpochSecond()) < SECONDS_MAX;
            nearest = isSane ? Math.min(nearest, Math.abs(meant.toEpochMilli() - nowMs)) : nearest;
        }
        return nearest;
    }

    private static List<Instant> meant(String text, List<ZoneId> zones) {
        if (text.length() > CHARS_MAX) {
            return List.of();
        }
        try {
            if (text.indexOf('-') > 0) {
                return List.of(OffsetDateTime.parse(text).toInstant());
            }
            LocalDateTime local = LocalDateTime.parse(text, FORM);
            List<Instant> all = new ArrayList<>();
            for (ZoneId zone : zones) {
                // two where the clock is set back at that time
                zone.getRules().getValidOffsets(local).forEach(offset -> all.add(local.toInstant(offset)));
            }
            return all;
        } catch (DateTimeException e) {
            return List.of();
        }
    }
}
