package io.posthorse.codec.rocketmq;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The binary form of a frame header.
 *
 * <pre>
 * int16 code     int8 language     int16 version     int32 opaque     int32 flag
 * int32 remark length, remark      length 0 is no remark
 * int32 fields length, fields      each: int16 name length, name, int32 value length, value
 * </pre>
 *
 * The upper part of a code with more than 16 bits is lost, as in RocketMQ. Bytes behind the fields are skipped.
 */
final class BinaryHeader {
    private static final int FIXED_BYTES = 17;
    private static final int FIELDS_MAX = 4_096;

    private BinaryHeader() {}

    static Frame decode(ByteBuf header, byte[] body) {
        need(header, FIXED_BYTES);
        int code = header.readShort();
        int language = Language.known(header.readByte());
        int version = header.readShort();
        int opaque = header.readInt();
        int flag = header.readInt();
        String remark = text(header, header.readInt());
        Map<String, String> fields = Map.of();
        if (header.isReadable()) {
            need(header, 4);
            int fieldsBytes = header.readInt();
            need(header, fieldsBytes);
            fields = fields(header.readSlice(fieldsBytes));
        }
        return new Frame(
                code, language, version, opaque, flag, remark.isEmpty() ? null : remark, fields, body, true);
    }

    private static Map<String, String> fields(ByteBuf in) {
        Map<String, String> fields = new LinkedHashMap<>();
        while (in.isReadable()) {
            need(in, 2);
            String name = text(in, in.readShort());
            need(in, 4);
            fields.put(name, text(in, in.readInt()));
            if (fields.size() > FIELDS_MAX) {
                throw new MalformedFrameException("binary header with more than " + FIELDS_MAX + " fields");
            }
        }
        return fields;
    }

    private static String text(ByteBuf in, int length) {
        need(in, length);
        return new String(FrameCodec.bytes(in, length), StandardCharsets.UTF_8);
    }

    private static void need(ByteBuf in, int bytes) {
        if (bytes < 0 || bytes > in.readableBytes()) {
            throw new MalformedFrameException(
                    "binary header: a part claims " + bytes + " bytes, but only " + in.readableBytes() + " are left");
        }
    }

    static void encode(Frame frame, ByteBuf out) {
        out.writeShort(frame.code());
        out.writeByte(frame.language());
        out.writeShort(frame.version());
        out.writeInt(frame.opaque());
        out.writeInt(frame.flag());
        byte[] remark = frame.remark() == null ? new byte[0] : frame.remark().getBytes(StandardCharsets.UTF_8);
        out.writeInt(remark.length).writeBytes(remark);
        int lengthAt = out.writerIndex();
        out.writeInt(0);
        for (Map.Entry<String, String> field : frame.fields().entrySet()) {
            byte[] name = field.getKey().getBytes(StandardCharsets.UTF_8);
            if (name.length > Short.MAX_VALUE) {
                throw new MalformedFrameException("field name of " + name.length + " bytes");
            }
            byte[] value = field.getValue().getBytes(StandardCharsets.UTF_8);
            out.writeShort(name.length).writeBytes(name);
            out.writeInt(value.length).writeBytes(value);
        }
        out.setInt(lengthAt, out.writerIndex() - lengthAt - 4);
    }
}
