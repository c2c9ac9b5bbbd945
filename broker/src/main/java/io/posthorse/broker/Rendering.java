package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/**
 * Shows messages of all formats in one, the first that the broker was opened with: who reads native bytes reads that one.
 * A function of the bytes, used by several threads.
 */
final class Rendering {
    private final MessageFormat[] formats;
    private final MessageFormat common;
    /** Whether a message of another format was ever seen: as long as there is none, nobody need look. */
    private volatile boolean needed;

    Rendering(MessageFormat[] formats, MessageFormat common) {
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

    /** Native bytes of the common format for a foreign record, from 0 to the capacity; null where they make no sense. */
    ByteBuffer render(ByteBuffer bytes, int at, int length) {
        MessageFormat format = formats[bytes.get(at + RecordFormat.FORMAT) & 0x7F];
        try {
            return format == null ? null : common.render(format.plain(bytes, at + RecordFormat.NATIVE, length));
        } catch (RuntimeException e) {
            return null; // damaged: who reads checks that before anything is made of a message
        }
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
