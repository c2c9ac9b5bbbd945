package io.posthorse.replication;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Cuts what comes over a link into messages. Its memory is bounded by the longest frame that is accepted. */
final class LinkParser {
    private static final int FIRST_BYTES = 4 << 10;

    /** Bytes that are not a whole frame yet, from 0 to the position. */
    private ByteBuffer bytes = ByteBuffer.allocate(FIRST_BYTES);
    private boolean hasPreface;
    private int lengthMax;

    /** A receiver of messages. */
    interface Receiver {
        /** Takes a message; returns false where nothing more is wanted. */
        boolean take(LinkMessage message) throws IOException;
    }

    /**
     * @param awaitsPreface whether the other side begins with the preface
     * @param lengthMax maximum length of a frame
     */
    LinkParser(boolean awaitsPreface, int lengthMax) {
        this.hasPreface = !awaitsPreface;
        this.lengthMax = lengthMax;
    }

    /** Accepts frames up to another length from now on. */
    void accept(int bytesMax) {
        lengthMax = bytesMax;
    }

    /** Returns whether the preface has come. */
    boolean hasPreface() {
        return hasPreface;
    }

    /**
     * Takes bytes, as many as there are.
     *
     * @throws ForeignPeerException where the other side is no slave of this program
     * @throws IOException where they are no frame, or the receiver refuses the message
     */
    void feed(ByteBuffer in, Receiver receiver) throws IOException {
        while (in.hasRemaining()) {
            int wanted = wanted();
            if (bytes.capacity() < wanted) {
                // grows with what has come: an announced length alone takes no memory
                long size = Math.max(2L * bytes.capacity(), bytes.position() + (long) in.remaining());
                bytes = ByteBuffer.allocate((int) Math.min(wanted, size)).put(bytes.flip());
            }
            int length = Math.min(in.remaining(), Math.min(wanted, bytes.capacity()) - bytes.position());
            bytes.put(in.slice(in.position(), length));
            in.position(in.position() + length);
            if (!hasPreface) {
                readPreface();
            } else if (bytes.position() >= 4 && bytes.position() == wanted()) {
                LinkMessage message = LinkCodec.decode(bytes.flip().position(4));
                bytes = ByteBuffer.allocate(FIRST_BYTES); // records are read from the old one
                if (!receiver.take(message)) {
                    return;
                }
            }
        }
    }

    /** Returns the bytes that have to be here before something can be read. */
    private int wanted() throws IOException {
        if (!hasPreface) {
            return LinkCodec.PREFACE_BYTES;
        }
        if (bytes.position() < 4) {
            return 4;
        }
        int length = bytes.getInt(0);
        if (length <= 0 || length > lengthMax) {
            throw new IOException("a frame of " + length + " bytes");
        }
        return 8 + length;
    }

    private void readPreface() throws IOException {
        if (bytes.position() >= 8 && bytes.getLong(0) != LinkCodec.MAGIC) {
            throw new ForeignPeerException(bytes.getLong(0));
        }
        if (bytes.position() == LinkCodec.PREFACE_BYTES) {
            if (bytes.getInt(8) != LinkCodec.VERSION) {
                throw new IOException("The slave speaks version " + bytes.getInt(8) + " of the link, and this master"
                        + " version " + LinkCodec.VERSION + ": run the same release on both");
            }
            hasPreface = true;
            bytes.clear();
        }
    }
}
