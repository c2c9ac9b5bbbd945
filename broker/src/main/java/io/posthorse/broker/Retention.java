package io.posthorse.broker;

import java.util.function.LongPredicate;

/**
 * The rules for dropping old segments of the log. The newest segment, and any with a message that waits for its time, is
 * always kept. A full disk never drops unexpired segments: it refuses new messages.
 *
 * @param ageMs age of a segment's youngest record above which the segment has expired
 * @param bytes size of the log above which the oldest segments are dropped; 0 for no limit
 * @param diskUsedMax used fraction of the volume (0 to 1) above which expired segments are dropped at any hour
 * @param isHour test whether expired segments are dropped at a time, ms since 1970
 */
public record Retention(long ageMs, long bytes, double diskUsedMax, LongPredicate isHour) {
    boolean isExpired(long youngestMs, long nowMs) {
        return youngestMs >= 0 && nowMs - youngestMs > ageMs;
    }
}
