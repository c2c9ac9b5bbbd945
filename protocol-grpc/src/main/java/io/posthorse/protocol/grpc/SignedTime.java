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
 * The time that a client signed. Clients write {@code 20260131T235959Z}, and RocketMQ's own for Java means its local time by
 * that, whatever the Z says; so it may be the time of several zones. Others write it as RFC 3339 has it.
 */
final class SignedTime {
    /** So far a client's clock may be from the broker's, in either direction. */
    static final long WINDOW_MS = 5 * 60_000;

    private static final DateTimeFormatter FORM = DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'");
    private static final int CHARS_MAX = 40;
    private static final long SECONDS_MAX = 1L << 40;

    private SignedTime() {}

    /** The zones to read a time in: UTC, the machine's own, and those of the configuration. */
    static List<ZoneId> zones(List<ZoneId> configured) {
        return Stream.concat(Stream.of(ZoneOffset.UTC, ZoneId.systemDefault()), configured.stream()).distinct().toList();
    }

    /** How far a signed time is from now in the zone where it is nearest, in ms; the greatest number where it is none. */
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
                // two where clocks are set back at that time
                zone.getRules().getValidOffsets(local).forEach(offset -> all.add(local.toInstant(offset)));
            }
            return all;
        } catch (DateTimeException e) {
            return List.of();
        }
    }
}
