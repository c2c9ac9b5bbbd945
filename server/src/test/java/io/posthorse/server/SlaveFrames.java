package io.posthorse.server;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;

/** What a slave and its master say to each other, byte by byte. */
final class SlaveFrames {
    static final int HELLO = 2;
    static final int ACK = 10;
    static final int ASK = 11;
    static final int WORKING = 14;

    private SlaveFrames() {}

    static byte[] preface() {
        return ByteBuffer.allocate(16).put("PHSLAVE\0".getBytes(StandardCharsets.US_ASCII)).putInt(2).putInt(0).array();
    }

    static byte[] hello(String cluster, String broker, long id, int segmentBytes) {
        ByteBuffer out = ByteBuffer.allocate(1_024);
        text(text(out, cluster), broker).putLong(id);
        text(out, "stalled:1").putInt(segmentBytes).putLong(0).put((byte) 1).put((byte) 0);
        out.put((byte) 0).putShort((short) 0).put(new byte[16]).put((byte) 0);
        return frame(HELLO, out);
    }

    /** Returns the greeting of a master that wants no proof. */
    static byte[] greeting() {
        return frame(1, ByteBuffer.allocate(17).position(17));
    }

    static byte[] follow(long position) {
        return frame(3, epochs(position));
    }

    static byte[] fetch(long needed) {
        return frame(5, epochs(needed));
    }

    static byte[] alive() {
        return frame(8, ByteBuffer.allocate(8).putLong(0));
    }

    /** Returns the refusal of a request. */
    static byte[] refusal(int number) {
        return frame(12, ByteBuffer.allocate(5).putInt(number).put((byte) 1));
    }

    private static ByteBuffer epochs(long position) {
        return ByteBuffer.allocate(27).putLong(position).put((byte) 0).putShort((short) 1).putLong(1).putLong(0);
    }

    static byte[] ack(long written, long committed) {
        return frame(ACK, ByteBuffer.allocate(16).putLong(written).putLong(committed));
    }

    /** Returns the request for a copy of everything. */
    static byte[] openCopy() {
        return frame(ASK, ByteBuffer.allocate(13).putInt(1).put((byte) 1).putLong(0));
    }

    /** Returns whether the next answer to a request is no refusal. */
    static boolean isGranted(InputStream in) throws IOException {
        byte[] frame = frame(in);
        while (frame[0] != 12) {
            frame = frame(in);
        }
        return frame[5] == 0;
    }

    /** Reads a frame; returns its kind. */
    static int read(InputStream in) throws IOException {
        return frame(in)[0];
    }

    private static byte[] frame(InputStream in) throws IOException {
        DataInputStream data = new DataInputStream(in);
        byte[] frame = new byte[data.readInt() + 4];
        data.readFully(frame);
        return frame;
    }

    private static ByteBuffer text(ByteBuffer out, String text) {
        return out.putShort((short) text.length()).put(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] frame(int kind, ByteBuffer contents) {
        byte[] body = ByteBuffer.allocate(1 + contents.position()).put((byte) kind).put(contents.flip()).array();
        CRC32C crc = new CRC32C();
        crc.update(body);
        return ByteBuffer.allocate(8 + body.length).putInt(body.length).put(body).putInt((int) crc.getValue()).array();
    }
}
