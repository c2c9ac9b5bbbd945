package io.posthorse.broker;

/**
 * The traits of a message, which decide how it is handed out one by one.
 *
 * @param priority 0 to 9; higher is handed out first
 * @param expiresAtMs time of expiry, ms since 1970; 0 never
 * @param persistent whether its producer asked for it to survive
 * @param group messages of one group go to one consumer; null for none
 * @param closesGroup whether it is the last one of its group
 */
public record MessageTraits(int priority, long expiresAtMs, boolean persistent, String group, boolean closesGroup) {
    public static final int PRIORITY_STANDARD = 4;
    public static final int PRIORITY_MAX = 9;

    /** Traits of a message whose format says nothing else. */
    public static final MessageTraits STANDARD = new MessageTraits(PRIORITY_STANDARD, 0, true, null, false);

    public MessageTraits {
        priority = Math.clamp(priority, 0, PRIORITY_MAX);
    }

    public boolean isExpired(long nowMs) {
        return expiresAtMs > 0 && expiresAtMs <= nowMs;
    }
}
