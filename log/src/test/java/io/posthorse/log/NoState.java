package io.posthorse.log;

import java.nio.ByteBuffer;
import java.util.function.IntConsumer;

/** A layer above that has no state: checkpoints hold nothing. */
class NoState implements Store.State {
    @Override
    public void restore(ByteBuffer state) {}

    @Override
    public void restore(Section section) {}

    @Override
    public void restored() {}

    @Override
    public void beginFreeze(SectionBuffer out) {}

    @Override
    public void changeAll() {}

    @Override
    public boolean freeze() {
        return false;
    }

    @Override
    public ByteBuffer combine(byte kind, ByteBuffer older, ByteBuffer newer) {
        return newer;
    }

    @Override
    public void keys(ByteBuffer bytes, int at, int length, IntConsumer sink) {}

    @Override
    public void record(ByteBuffer bytes, int at, long position, int length) {}
}
