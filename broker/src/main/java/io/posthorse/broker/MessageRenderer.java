package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * The renderer of messages: converts all formats to the common one, the first that the broker was opened with, which all
 * readers of native bytes see. The result depends on the bytes alone; several threads use it.
 */
final class MessageRenderer {
    /** Maximum native bytes of a message shown in another format: clients of the common one take frames of 16 MiB. */
    static final int SHOWN_MAX = 12 << 20;

    /** Divisor of the heap for the part that converted messages may take. */
    private static final int HEAP_PART = 64;

    private final MessageFormat[] formats;
    private final MessageFormat common;
    private final ShownMessages known;
    /** Whether a message of another format was ever seen; without one no message needs a check. */
    private volatile boolean needed;

    MessageRenderer(BrokerSettings settings, MessageFormat[] formats, MessageFormat common) {
        this.known = new ShownMessages(settings.heapBytes() / HEAP_PART);
        this.formats = formats;
        this.common = common;
    }

    /** Notes that a message of a format was stored or found. */
    void noteFormat(byte format) {
        if (format != common.id() && !needed) {
            need();
        }
    }

    /** Notes that there are messages of another format, or may be. */
    void need() {
        needed = true;
    }

    boolean isNeeded() {
        return needed;
    }

    /** Returns whether the record at an index has native bytes of another format. */
    boolean isForeign(ByteBuffer bytes, int at) {
        return needed && bytes.get(at + RecordFormat.FORMAT) != common.id();
    }

    /** Does the same as {@link #render} for a record with a valid checksum, and caches the result by its position. */
    ByteBuffer show(ByteBuffer bytes, int at, int length, long position) {
        ByteBuffer shown = known.at(position);
        if (shown == null) {
            shown = render(bytes, at, length);
            if (shown != null) {
                known.put(position, shown.duplicate());
            }
        }
        return shown;
    }

    /**
     * Returns the native bytes of a message in the common format, from 0 to the capacity; null where they are malformed.
     */
    ByteBuffer show(OriginalRead.Copy copy) {
        if (copy.format() == common.id()) {
            return copy.bytes();
        }
        ByteBuffer shown = known.at(copy.position());
        if (shown == null) {
            shown = render(copy.format(), copy.bytes(), 0, copy.size());
            if (shown != null) {
                known.put(copy.position(), shown.duplicate());
            }
        }
        return shown;
    }

    /** Does the same as {@link #render} for a record that may have rotted. */
    ByteBuffer showUnchecked(ByteBuffer bytes, int at, int length, long position) {
        ByteBuffer shown = known.at(position);
        return shown == null ? render(bytes, at, length) : shown;
    }

    /**
     * Returns native bytes of the common format for a record of another one, from 0 to the capacity; null where malformed.
     */
    ByteBuffer render(ByteBuffer bytes, int at, int length) {
        return render(bytes.get(at + RecordFormat.FORMAT), bytes, at + RecordFormat.NATIVE, length);
    }

    private ByteBuffer render(byte id, ByteBuffer bytes, int at, int length) {
        MessageFormat format = formats[id & 0x7F];
        try {
            PlainMessage plain = format == null ? null : format.plain(bytes, at, length);
            if (plain == null) {
                return null;
            }
            ByteBuffer shown = length > SHOWN_MAX ? null : common.render(plain);
            return shown != null && shown.capacity() <= SHOWN_MAX ? shown : common.render(tooLarge(plain, length));
        } catch (RuntimeException e) {
            return null; // damaged: readers verify the checksum before they use a message
        }
    }

    /** Returns a replacement for a message that fits in no frame of its readers: it says so, and they go on. */
    private static PlainMessage tooLarge(PlainMessage message, int length) {
        return new PlainMessage(message.place(), message.id(), message.correlationId(), message.replyTo(), message.type(),
                message.tag(), message.keys(), message.traits(), message.createdMs(), Map.of(), new PlainMessage.Text(
                        "This message of " + length + " bytes cannot be shown to this client: in its protocol it has more"
                        + " than the "
                                + (SHOWN_MAX >> 20) + " MiB that an answer may have. Consume it with a client of the"
                                + " protocol that it was sent by."));
    }

    /** Returns the producer's id of a record's message, or null. */
    String id(ByteBuffer bytes, int at) {
        int length = bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.NATIVE;
        MessageFormat format = formats[bytes.get(at + RecordFormat.FORMAT) & 0x7F];
        try {
            return format == null ? null : format.plain(bytes, at + RecordFormat.NATIVE, length).id();
        } catch (RuntimeException e) {
            return null; // a malformed message has no id
        }
    }

    /** Returns the native bytes of a record in the common format; null where they are malformed. */
    ByteBuffer of(ByteBuffer bytes, int at) {
        int length = bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.NATIVE;
        return isForeign(bytes, at) ? render(bytes, at, length) : bytes.slice(at + RecordFormat.NATIVE, length);
    }
}
