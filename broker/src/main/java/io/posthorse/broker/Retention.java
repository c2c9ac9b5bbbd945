package io.posthorse.broker;

import java.util.function.LongPredicate;

/**
 * Which old segments of the log are dropped. The newest segment, and any that still holds a message that waits for its
 * time, is always kept. A full disk never drops what has not expired: it refuses new messages.
 *
 * @param ageMs segments whose youngest record is older have expired
 * @param bytes the oldest segments are dropped while the log is larger; 0 for no limit
 * @param diskUsedMax while a larger part of the volume is in use (0 to 1), what has expired is dropped at any hour
 * @param isHour whether expired segments are dropped at a time, ms since 1970
 */
public record Retention(long ageMs, long bytes, double diskUsedMax, LongPredicate isHour) {
    boolean isExpired(long youngestMs, long nowMs) {
        return youngestMs >= 0 && nowMs - youngestMs > ageMs;
    }
}
