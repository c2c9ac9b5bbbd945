package io.posthorse.benchmarks.shipping;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** A file of fixed size, written from its begin again and again, each time up to the disk: a log without an end. */
final class SyncedFile implements AutoCloseable {
    private static final int BYTES = 256 << 20;

    private final FileChannel channel;
    private long position;

    SyncedFile(Path path) throws IOException {
        channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long at = 0; at < BYTES; at += zeros.capacity()) {
            channel.write(zeros.clear(), at);
        }
        channel.force(true);
    }

    /** Writes bytes, and returns once the disk has them. */
    void append(byte[] bytes, int length) throws IOException {
        if (position + length > BYTES) {
            position = 0;
        }
        ByteBuffer left = ByteBuffer.wrap(bytes, 0, length);
        while (left.hasRemaining()) {
            position += channel.write(left, position);
        }
        channel.force(false);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
