package io.posthorse.protocol.rocketmq;

/**
 * Reads RocketMQ's offset message ids: address and port of the broker, then the position of the message in the log as the
 * last 16 hexadecimal digits (RocketMQ's {@code MessageDecoder.createMessageId}). With an IPv4 address an id has 32 digits,
 * with an IPv6 address 56. All handlers and the permission check read ids here, so that they mean the same message.
 */
final class OffsetMessageId {
    private static final int DIGITS_MIN = 32;
    private static final int POSITION_DIGITS = 16;

    private OffsetMessageId() {}

    /**
     * Returns the position in an id, or -1 where the text is no such id.
     *
     * @param id may be null
     */
    static long position(String id) {
        if (id == null || id.length() < DIGITS_MIN) {
            return -1;
        }
        try {
            return Math.max(-1, Long.parseLong(id, id.length() - POSITION_DIGITS, id.length(), 16));
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
