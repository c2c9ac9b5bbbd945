package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;

/** The native bytes of a stored message, to be stored once more. */
final class StoredCopy implements Message {
    private ByteBuffer bytes;
    private int at;

    StoredCopy of(ByteBuffer record, int start) {
        bytes = record;
        at = start;
        return this;
    }

    long timeMs() {
        return bytes.getLong(at + RecordFormat.TIME);
    }

    int linkPartition() {
        return bytes.getInt(at + RecordFormat.LINK_PARTITION);
    }

    long linkOffset() {
        return bytes.getLong(at + RecordFormat.LINK_OFFSET);
    }

    @Override
    public int length() {
        return bytes.getInt(at + RecordFormat.LENGTH) - RecordFormat.NATIVE;
    }

    @Override
    public int tag() {
        return bytes.getInt(at + RecordFormat.TAG);
    }

    @Override
    public byte format() {
        return bytes.get(at + RecordFormat.FORMAT);
    }

    @Override
    public void write(ByteBuffer out) {
        int length = length();
        out.put(out.position(), bytes, at + RecordFormat.NATIVE, length);
        out.position(out.position() + length);
    }
}
