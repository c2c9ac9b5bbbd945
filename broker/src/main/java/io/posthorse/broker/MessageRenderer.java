package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Map;

/**
 * Shows messages of all formats in one, the first that the broker was opened with: who reads native bytes reads that one.
 * A function of the bytes, used by several threads.
 */
final class MessageRenderer {
    /** Most native bytes of a message that is shown in another format: clients of the common one take frames of 16 MiB. */
    static final int SHOWN_MAX = 12 << 20;

    /** Part of the heap that messages may take that were shown. */
    private static final int HEAP_PART = 64;

    private final MessageFormat[] formats;
    private final MessageFormat common;
    private final ShownMessages known = new ShownMessages(Runtime.getRuntime().maxMemory() / HEAP_PART);
    /** Whether a message of another format was ever seen: as long as there is none, nobody need look. */
    private volatile boolean needed;

    MessageRenderer(MessageFormat[] formats, MessageFormat common) {
        this.formats = formats;
        this.common = common;
    }

    /** A message of a format was stored, or found. */
    void saw(byte format) {
        if (format != common.id() && !needed) {
            need();
        }
    }

    /** There are messages of another format, or may be. */
    void need() {
        needed = true;
    }

    boolean isNeeded() {
        return needed;
    }

    /** Whether the record at an index has native bytes of another format. */
    boolean isForeign(ByteBuffer bytes, int at) {
        return needed && bytes.get(at + RecordFormat.FORMAT) != common.id();
    }

    /**
     * The same as {@link #render}, of a record that is whole by its checksum: it is remembered by its position for the next
     * one who asks.
     */
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

    /** The native bytes of a message in the common format, from 0 to the capacity; null where they make no sense. */
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

    /** The same as {@link #render}, of a record that may have rotted. */
    ByteBuffer showUnchecked(ByteBuffer bytes, int at, int length, long position) {
        ByteBuffer shown = known.at(position);
        return shown == null ? render(bytes, at, length) : shown;
    }

    /** Native bytes of the common format for a foreign record, from 0 to the capacity; null where they make no sense. */
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
            return null; // damaged: who reads checks that before anything is made of a message
        }
    }

    /** What stands for a message that no frame of its readers can hold: they are told of it, and go on. */
    private static PlainMessage tooLarge(PlainMessage message, int length) {
        return new PlainMessage(message.place(), message.id(), message.correlationId(), message.replyTo(), message.type(),
                message.tag(), message.keys(), message.traits(), message.createdMs(), Map.of(), new PlainMessage.Text(
                        "This message of " + length + " bytes cannot be shown to this client: in its protocol it has more"
                        + " than the "
                                + (SHOWN_MAX >> 20) + " MiB that an answer may have. Consume it with a client of the"
                                + " protocol that it was sent by."));
    }

    /** What its producer calls a record's message; null for nothing. */
    String id(ByteBuffer bytes, int at) {
        int length = bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.NATIVE;
        MessageFormat format = formats[bytes.get(at + RecordFormat.FORMAT) & 0x7F];
        try {
            return format == null ? null : format.plain(bytes, at + RecordFormat.NATIVE, length).id();
        } catch (RuntimeException e) {
            return null; // one that makes no sense has no id either
        }
    }

    /** The native bytes of a record in the common format; null where they make no sense. */
    ByteBuffer of(ByteBuffer bytes, int at) {
        int length = bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.NATIVE;
        return isForeign(bytes, at) ? render(bytes, at, length) : bytes.slice(at + RecordFormat.NATIVE, length);
    }
}
