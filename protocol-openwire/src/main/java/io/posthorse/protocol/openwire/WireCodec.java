package io.posthorse.protocol.openwire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufInputStream;
import io.netty.buffer.ByteBufOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.CommandTypes;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.TransactionId;
import org.apache.activemq.command.WireFormatInfo;
import org.apache.activemq.openwire.OpenWireFormat;

/**
 * The codec of one connection's frames: a u32 length, and a command in the encoding of the client library's codec. Only the
 * plain encoding is offered, without the cache of values, so that each frame can be decoded alone.
 *
 * <p>No length in a frame is accepted that exceeds the frame, and no class is created by a name in it, see {@link Guards}.
 */
final class WireCodec {
    static final int VERSION = 12;
    private static final long INACTIVITY_MS = 30_000;
    private static final long INACTIVITY_DELAY_MS = 10_000;

    /** Clients accept no frame larger than the offered size, so it is at least this one. */
    private static final long USUAL_BYTES_MAX = 100 << 20;
    /** Bytes around a message on its way to a consumer. */
    private static final long FRAME_OF_DISPATCH = 64 << 10;

    private final OpenWireFormat format = new OpenWireFormat(VERSION);
    private final WireFormatInfo offered;
    private final AckReader acknowledgements = new AckReader();

    WireCodec(int frameBytesMax) throws IOException {
        offered = new WireFormatInfo();
        offered.setVersion(VERSION);
        offered.setCacheEnabled(false);
        offered.setTightEncodingEnabled(false);
        offered.setStackTraceEnabled(false);
        offered.setSizePrefixDisabled(false);
        offered.setTcpNoDelayEnabled(true);
        offered.setMaxFrameSize(Math.max(frameBytesMax, USUAL_BYTES_MAX) + FRAME_OF_DISPATCH);
        offered.setMaxInactivityDuration(INACTIVITY_MS);
        offered.setMaxInactivityDurationInitalDelay(INACTIVITY_DELAY_MS);
        offered.setProviderName("Posthorse");
        format.setPreferedWireFormatInfo(offered);
        plain();
    }

    private void plain() throws IOException {
        format.setCacheEnabled(false);
        format.setTightEncodingEnabled(false);
        format.setStackTraceEnabled(false);
        format.setSizePrefixDisabled(true); // this class writes the length
        format.setMaxFrameSizeEnabled(true);
        Guards.install(format);
    }

    /** Returns the broker's offer, to be sent first. */
    WireFormatInfo offered() {
        return offered;
    }

    /**
     * Negotiates the wire format.
     *
     * @return time of silence in ms after which either side takes the other for dead; 0 for never
     * @throws IOException where there is no common format
     */
    long negotiate(WireFormatInfo theirs) throws IOException {
        if (!theirs.isValid()) {
            throw new IOException("The peer does not speak OpenWire.");
        }
        try {
            format.renegotiateWireFormat(theirs);
        } catch (IllegalArgumentException e) {
            throw new IOException("Version " + theirs.getVersion() + " of OpenWire is not supported: 1 to " + VERSION
                    + " are.", e);
        }
        plain();
        return Math.clamp(theirs.getMaxInactivityDuration(), 0, INACTIVITY_MS);
    }

    /** Returns whether commands are encoded as stored messages are. */
    boolean isAsStored() {
        return format.getVersion() == VERSION;
    }

    /** Decodes the command of a frame; the buffer's readable bytes are the frame without its length. */
    Command read(ByteBuf frame) throws IOException {
        MessageAck known = isAsStored() ? acknowledgements.read(frame) : null;
        if (known != null) {
            return known;
        }
        int from = frame.readerIndex();
        format.setMaxFrameSize(frame.readableBytes());
        try (DataInputStream in = new DataInputStream(new ByteBufInputStream(frame))) {
            Command command = (Command) format.unmarshal(in);
            if (command instanceof MessageAck ack && isAsStored()) {
                acknowledgements.learn(ack, frame, from);
            }
            return command;
        } catch (RuntimeException e) {
            throw new IOException("the frame is no valid command: " + e, e);
        }
    }

    /** Returns whether a command type is a message. */
    static boolean isMessage(byte type) {
        return type >= CommandTypes.ACTIVEMQ_MESSAGE && type <= CommandTypes.ACTIVEMQ_BLOB_MESSAGE;
    }

    /** Decodes the known fields of a message from the begin of its frame. */
    UnreadMessage unread(ByteBuf begin) {
        begin.skipBytes(1); // the type
        int commandId = begin.readInt();
        boolean answered = begin.readBoolean();
        format.setMaxFrameSize(begin.readableBytes());
        try (DataInputStream in = new DataInputStream(new ByteBufInputStream(begin))) {
            format.looseUnmarshalNestedObject(in); // the producer
            format.looseUnmarshalNestedObject(in); // the destination
            return new UnreadMessage(
                    commandId, answered, true, (TransactionId) format.looseUnmarshalNestedObject(in));
        } catch (IOException | RuntimeException e) {
            return new UnreadMessage(commandId, answered, false, null);
        }
    }

    /** Appends a command as a frame. */
    void write(Command command, ByteBuf out) throws IOException {
        int begin = out.writerIndex();
        out.writeInt(0);
        format.setMaxFrameSize(Integer.MAX_VALUE);
        try (DataOutputStream to = new DataOutputStream(new ByteBufOutputStream(out))) {
            format.marshal(command, to);
        }
        out.setInt(begin, out.writerIndex() - begin - 4);
    }
}
