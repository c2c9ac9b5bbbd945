package io.posthorse.broker;

import io.posthorse.log.RecordFormat;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The native bytes of a stored message, to be stored again. */
final class StoredCopy implements Message {
    private ByteBuffer bytes;
    private int at;
    private int[] keys = new int[4];
    private int keyCount;

    StoredCopy of(ByteBuffer record, int start, MessageFormat[] formats) {
        bytes = record;
        at = start;
        keyCount = 0;
        try {
            formats[format()].keys(bytes, at + RecordFormat.NATIVE, length(), this::addKey);
        } catch (RuntimeException | StackOverflowError e) {
            keyCount = 0; // malformed in its format: it is found by offset only
        }
        return this;
    }

    private void addKey(int hash) {
        if (keyCount == keys.length) {
            keys = Arrays.copyOf(keys, keyCount * 2);
        }
        keys[keyCount++] = hash;
    }

    @Override
    public int keys() {
        return keyCount;
    }

    @Override
    public int key(int i) {
        return keys[i];
    }

    long timeMs() {
        return RecordFormat.time(bytes, at, false);
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
