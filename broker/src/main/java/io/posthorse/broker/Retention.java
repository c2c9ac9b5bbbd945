package io.posthorse.broker;

/**
 * Which old segments of the log are dropped. The newest segment, and any that still holds a message that waits for its
 * time, is always kept.
 *
 * @param ageMs segments whose youngest record is older are dropped
 * @param bytes the oldest segments are dropped while the log is larger; 0 for no limit
 * @param diskUsedMax the oldest segments are dropped while a larger part of the volume is in use; 0 for never, so that
 *     a full disk refuses new messages and loses no old ones
 */
public record Retention(long ageMs, long bytes, double diskUsedMax) {
    boolean isExpired(long youngestMs, long nowMs) {
        return youngestMs >= 0 && nowMs - youngestMs > ageMs;
    }
}
