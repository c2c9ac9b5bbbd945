package io.posthorse.codec.rocketmq;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * Encodes and decodes remoting frames. All numbers are big-endian.
 *
 * <pre>
 * int32  length of all that follows
 * int8   header form: 0 JSON, 1 binary
 * int24  header length
 * bytes  header
 * bytes  body, to the end of the frame
 * </pre>
 *
 * A header may have 256 KiB: a message's properties may take 32 KiB by RocketMQ's own rule, and in a JSON header they are
 * one string in which each of their separators takes six bytes.
 */
public final class FrameCodec {
    /** Maximum value of the length field, 16 MiB, as in RocketMQ by default. */
    public static final int FRAME_BYTES_MAX = 16 * 1024 * 1024;

    /** Maximum value where both sides are configured for longer messages. */
    public static final int FRAME_BYTES_LIMIT = 65 * 1024 * 1024;

    /** Maximum header length, 256 KiB. */
    public static final int HEADER_BYTES_MAX = 256 * 1024;

    static final int FORM_JSON = 0;
    static final int FORM_BINARY = 1;
    private static final int MARK_BYTES = 4;
    private static final int LENGTH_BYTES = 4;

    private FrameCodec() {}

    /**
     * Checks a length field before anything is read or allocated by it.
     *
     * @param length value of the length field: the bytes that follow it
     * @return the same number
     * @throws MalformedFrameException where no frame can have that length
     */
    public static int checkLength(int length) {
        return checkLength(length, FRAME_BYTES_MAX);
    }

    /** Checks a length field against another limit. */
    public static int checkLength(int length, int max) {
        if (length < MARK_BYTES || length > max) {
            throw new MalformedFrameException("frame length " + length + " is outside " + MARK_BYTES + " to " + max);
        }
        return length;
    }

    /** Decodes an array. See {@link #decode(ByteBuf)}. */
    public static Frame decode(byte[] bytes) {
        return decode(Unpooled.wrappedBuffer(bytes));
    }

    /**
     * Decodes one frame.
     *
     * @param in exactly the bytes behind the length field; all are read, none are kept
     * @throws MalformedFrameException where they are not a frame
     */
    public static Frame decode(ByteBuf in) {
        checkLength(in.readableBytes(), FRAME_BYTES_LIMIT);
        int mark = in.readInt();
        int headerBytes = mark & 0xFFFFFF;
        if (headerBytes > HEADER_BYTES_MAX) {
            throw new MalformedFrameException("header of " + headerBytes + " bytes; the maximum is " + HEADER_BYTES_MAX);
        }
        if (headerBytes > in.readableBytes()) {
            throw new MalformedFrameException(
                    "header of " + headerBytes + " bytes, but only " + in.readableBytes() + " are left in the frame");
        }
        byte[] header = bytes(in, headerBytes);
        byte[] body = bytes(in, in.readableBytes());
        return switch (mark >>> 24) {
            case FORM_JSON -> JsonHeader.decode(header, body);
            case FORM_BINARY -> BinaryHeader.decode(Unpooled.wrappedBuffer(header), body);
            default -> throw new MalformedFrameException("unknown header form " + (mark >>> 24));
        };
    }

    /**
     * Appends one frame, preceded by its length, in the header form of the frame.
     *
     * @throws MalformedFrameException where header or frame exceed the limits; nothing is appended then
     */
    public static void encode(Frame frame, ByteBuf out) {
        int start = out.writerIndex();
        try {
            out.writeZero(LENGTH_BYTES + MARK_BYTES);
            if (frame.binary()) {
                BinaryHeader.encode(frame, out);
            } else {
                out.writeBytes(JsonHeader.encode(frame));
            }
            int headerBytes = out.writerIndex() - start - LENGTH_BYTES - MARK_BYTES;
            if (headerBytes > HEADER_BYTES_MAX) {
                throw new MalformedFrameException("header of " + headerBytes + " bytes; the maximum is " + HEADER_BYTES_MAX);
            }
            long length = (long) MARK_BYTES + headerBytes + frame.body().length;
            checkLength((int) Math.min(length, Integer.MAX_VALUE), FRAME_BYTES_LIMIT);
            out.writeBytes(frame.body());
            out.setInt(start, (int) length);
            out.setInt(start + LENGTH_BYTES, (frame.binary() ? FORM_BINARY : FORM_JSON) << 24 | headerBytes);
        } catch (MalformedFrameException e) {
            out.writerIndex(start);
            throw e;
        }
    }

    /** Returns one frame, preceded by its length. See {@link #encode(Frame, ByteBuf)}. */
    public static byte[] encode(Frame frame) {
        ByteBuf out = Unpooled.buffer(256 + frame.body().length);
        encode(frame, out);
        return bytes(out, out.readableBytes());
    }

    static byte[] bytes(ByteBuf in, int length) {
        byte[] bytes = new byte[length];
        in.readBytes(bytes);
        return bytes;
    }
}
