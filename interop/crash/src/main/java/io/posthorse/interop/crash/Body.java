package io.posthorse.interop.crash;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The content of a message: its sender, queue and number, with a checksum.
 *
 * @param lane the sender; its messages to one queue are numbered and sent one after the other
 * @param queue the queue that it was sent to
 * @param sequence its number in the queue, from 0
 */
record Body(String lane, Place queue, long sequence) {

    private static final String FILLER = "posthorse ".repeat(20);

    /**
     * A queue of a topic.
     *
     * @param topic the topic
     * @param queueId the queue's number
     */
    record Place(String topic, int queueId) {
    }

    /** Returns the bytes to send. */
    byte[] encode() {
        String text = String.join("|", lane, queue.topic(), Integer.toString(queue.queueId()),
                Long.toString(sequence), FILLER.substring(0, (int) (sequence % FILLER.length())));
        return (text + "|" + checksum(text)).getBytes(StandardCharsets.UTF_8);
    }

    /** Parses bytes; returns empty where the test cannot have sent them. */
    static Optional<Body> decode(byte[] bytes) {
        String all = new String(bytes, StandardCharsets.UTF_8);
        int end = all.lastIndexOf('|');
        if (end < 0 || !all.substring(end + 1).equals(checksum(all.substring(0, end)))) {
            return Optional.empty();
        }
        String[] parts = all.split("\\|", -1);
        if (parts.length != 6) {
            return Optional.empty();
        }
        return Optional.of(new Body(parts[0], new Place(parts[1], Integer.parseInt(parts[2])),
                Long.parseLong(parts[3])));
    }

    private static String checksum(String text) {
        CRC32 crc = new CRC32();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return Long.toHexString(crc.getValue());
    }
}
