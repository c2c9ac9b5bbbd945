package io.posthorse.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.function.Consumer;

/** The other nodes of a group, as those that have the same bytes at the same positions. */
public interface PeerBytes {
    /** Maximum bytes of one answer. */
    int BYTES_MAX = 1 << 20;

    /**
     * Asks all other nodes for committed bytes.
     *
     * @param position of the first one
     * @param length at most {@link #BYTES_MAX}; all of them are in one segment
     * @param done gets the answers on the owner's thread, once all nodes have answered or will not
     */
    void ask(long position, int length, Consumer<Answers> done);

    /**
     * What came back.
     *
     * @param bytes by name of the node; they are not to be believed
     * @param areAll whether every other node has sent some
     */
    record Answers(Map<String, ByteBuffer> bytes, boolean areAll) {}

    /**
     * Returns bytes of the log for another node, as they are on this disk. The other node verifies them.
     *
     * @throws IOException where this node has not all of them, or its disk does not deliver them; the message says it
     */
    static ByteBuffer read(LogView view, long position, int length) throws IOException {
        Segment segment = length <= 0 || length > BYTES_MAX || position < 0 ? null : view.segmentOf(position);
        if (segment == null || position + length > Math.min(segment.end(), view.committed())) {
            throw new IOException("this node has no " + length + " committed bytes from position " + position + " on");
        }
        try {
            int at = segment.at(position);
            ByteBuffer bytes = segment.bytes();
            if (MappedPages.readable(bytes, at, at + length)) {
                return ByteBuffer.allocate(length).put(0, bytes, at, length);
            }
        } catch (UncheckedIOException e) {
            throw new IOException(e.getMessage(), e);
        }
        throw new IOException("the disk of this node does not deliver the bytes from position " + position + " on");
    }
}
