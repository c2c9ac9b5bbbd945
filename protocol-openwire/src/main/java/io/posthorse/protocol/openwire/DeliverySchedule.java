package io.posthorse.protocol.openwire;

import jakarta.jms.MessageFormatException;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import org.apache.activemq.command.Message;

/**
 * The delivery times of a message, from the properties that ActiveMQ's clients set.
 *
 * @param firstMs time of the first delivery, ms since 1970; 0 at once
 * @param periodMs time between deliveries, in ms
 * @param repeat number of deliveries after the first; -1 without end
 * @param cron times at which the deliveries begin again; null for none
 */
record DeliverySchedule(long firstMs, long periodMs, int repeat, Cron cron) {
    static final String DELAY = "AMQ_SCHEDULED_DELAY";
    static final String PERIOD = "AMQ_SCHEDULED_PERIOD";
    static final String REPEAT = "AMQ_SCHEDULED_REPEAT";
    static final String CRON = "AMQ_SCHEDULED_CRON";
    static final String JOB = "scheduledJobId";

    private static final DeliverySchedule NOW = new DeliverySchedule(0, 0, 0, null);
    private static final long MS_MAX = 10L * 366 * 86_400_000;

    /** @throws MessageFormatException where the properties are invalid */
    static DeliverySchedule of(Message message, long nowMs) throws MessageFormatException, IOException {
        if (message.getMarshalledProperties() == null && message.getProperties().isEmpty()
                || message.getProperty(JOB) != null) { // a scheduled delivery that a consumer forwards
            return NOW;
        }
        long delay = number(message, DELAY, 0);
        long period = number(message, PERIOD, 0);
        long repeat = number(message, REPEAT, 0);
        Object cron = message.getProperty(CRON);
        if (delay < 0 || delay > MS_MAX || period < 0 || period > MS_MAX || repeat < -1 || repeat > Integer.MAX_VALUE) {
            throw new MessageFormatException("The schedule of the message is invalid: delay " + delay + ", period "
                    + period + ", repeat " + repeat + ". Times are ms up to ten years; a repeat of -1 means without end.");
        }
        if (repeat != 0 && period == 0) {
            throw new MessageFormatException(REPEAT + " needs " + PERIOD + ".");
        }
        if (cron != null && !cron.toString().isBlank()) {
            ZonedDateTime now = Instant.ofEpochMilli(nowMs).atZone(ZoneId.systemDefault());
            Cron parsed = Cron.parse(cron.toString(), now);
            long first = parsed.next(now).toInstant().toEpochMilli();
            return new DeliverySchedule(first, period, (int) repeat, parsed);
        }
        return new DeliverySchedule(delay == 0 && repeat == 0 ? 0 : Math.max(nowMs + delay, 1), period, (int) repeat, null);
    }

    /** Replaces the schedule in a message's properties by the id of its job. */
    static void delivered(Message message, String job) throws IOException {
        for (String name : List.of(DELAY, PERIOD, REPEAT, CRON)) {
            message.removeProperty(name);
        }
        message.setProperty(JOB, job);
    }

    /** Returns whether the message has a schedule, even one that is due at once. */
    static boolean isAsked(Message message) throws IOException {
        return message.getProperty(JOB) == null
                && (message.getProperty(DELAY) != null || message.getProperty(PERIOD) != null
                        || message.getProperty(CRON) != null);
    }

    boolean repeats() {
        return repeat != 0 || cron != null;
    }

    private static long number(Message message, String name, long defaultValue) throws MessageFormatException, IOException {
        Object value = message.getProperty(name);
        if (value == null) {
            return defaultValue;
        }
        if (value instanceof Number number) {
            return number.longValue();
        }
        try {
            return Long.parseLong(value.toString().strip());
        } catch (NumberFormatException e) {
            throw new MessageFormatException(name + " is not a number: " + value);
        }
    }
}
