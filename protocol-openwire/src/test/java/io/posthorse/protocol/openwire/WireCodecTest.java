package io.posthorse.protocol.openwire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import jakarta.jms.JMSException;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.CommandTypes;
import org.apache.activemq.command.ConnectionError;
import org.apache.activemq.command.ExceptionResponse;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageDispatch;
import org.apache.activemq.command.WireFormatInfo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Frames of unknown peers: an invalid one costs its connection but no memory, and creates no object that it names. */
class WireCodecTest {
    private static final int FRAME_MAX = 1 << 20;
    /** Maximum bytes that reading any of these frames may allocate. */
    private static final long ALLOCATED_MAX = 4 << 20;

    private WireCodec codec;

    @BeforeEach
    void open() throws IOException {
        codec = new WireCodec(FRAME_MAX);
    }

    /** An exception that a codec would create if it trusted the frame. */
    public static final class Trap extends Exception {
        static int made;

        public Trap(String message) {
            super(message);
            made++;
        }
    }

    @Test
    void writtenCommandsAreReadBack() throws Exception {
        for (Command command : Frames.all()) {
            byte[] sent = Frames.bytes(command);
            Command read = codec.read(Unpooled.wrappedBuffer(sent));
            ByteBuf out = Unpooled.buffer();
            codec.write(read, out);
            assertEquals(sent.length, out.readInt(), command.toString());
            byte[] again = new byte[sent.length];
            out.readBytes(again);
            assertArrayEquals(sent, again, command.toString());
        }
    }

    @Test
    void secT05ClassNamesInFramesStayText() throws Exception {
        Trap trap = new Trap("boom");
        int made = Trap.made;
        ExceptionResponse response = new ExceptionResponse(trap);
        assertThrows(IOException.class, () -> codec.read(Frames.frame(response)));
        ConnectionError error = new ConnectionError();
        error.setException(trap);
        assertThrows(IOException.class, () -> codec.read(Frames.frame(error)));
        MessageAck ack = Frames.acknowledgement(1);
        ack.setPoisonCause(trap);
        MessageAck read = (MessageAck) codec.read(Frames.frame(ack));
        assertEquals(Trap.class.getName() + ": boom", read.getPoisonCause().toString());
        assertInstanceOf(Guards.FailureCause.class, read.getPoisonCause());
        assertEquals(made, Trap.made);
    }

    @Test
    void secT05NestedClassNamesStayText() throws Exception {
        MessageDispatch outer = new MessageDispatch();
        byte[] frame = Frames.bytes(outer);
        byte[] inner = Frames.bytes(new ExceptionResponse(new Trap("inside")));
        int made = Trap.made;
        // a nested structure takes the place of the missing consumer id
        byte[] nested = new byte[frame.length + inner.length];
        System.arraycopy(frame, 0, nested, 0, 6);
        nested[6] = 1;
        System.arraycopy(inner, 0, nested, 7, inner.length);
        assertThrows(IOException.class, () -> codec.read(Unpooled.wrappedBuffer(nested)));
        assertEquals(made, Trap.made);
    }

    @Test
    void secT05TheGuardsSurviveNegotiation() throws Exception {
        for (int version = 1; version <= 12; version++) {
            WireCodec agreed = new WireCodec(FRAME_MAX);
            WireFormatInfo theirs = new WireFormatInfo();
            theirs.setVersion(version);
            agreed.negotiate(theirs);
            int made = Trap.made;
            ExceptionResponse response = new ExceptionResponse(new Trap("boom"));
            assertThrows(IOException.class, () -> agreed.read(Frames.frame(response)), "version " + version);
            assertEquals(made + 1, Trap.made);
        }
    }

    @Test
    void newerVersionsAreNegotiatedDown() throws Exception {
        for (int version : new int[] {0, 13, 127}) {
            WireFormatInfo theirs = new WireFormatInfo();
            theirs.setVersion(version);
            codec.negotiate(theirs);
            assertTrue(codec.isAsStored());
        }
    }

    @Test
    void secT10TruncatedFramesAreRefused() throws Exception {
        for (Command command : Frames.all()) {
            byte[] complete = Frames.bytes(command);
            for (int length = 0; length < complete.length; length++) {
                byte[] cut = Arrays.copyOf(complete, length);
                assertThrows(IOException.class, () -> codec.read(Unpooled.wrappedBuffer(cut)), command + " at " + length);
            }
        }
    }

    @Test
    void secT10FalseLengthsAllocateNothing() throws Exception {
        for (Command command : Frames.all()) {
            byte[] complete = Frames.bytes(command);
            for (int at = 1; at + 4 <= complete.length; at++) {
                for (int value : new int[] {Integer.MAX_VALUE, 0x0FFFFFFF, -1, Integer.MIN_VALUE}) {
                    byte[] frame = complete.clone();
                    java.nio.ByteBuffer.wrap(frame).putInt(at, value);
                    readsWithin(frame, command + " with " + value + " at " + at);
                }
            }
        }
    }

    @Test
    void secT13RandomBytesAreRefused() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 20_000; round++) {
            byte[] frame = Frames.bytes(Frames.login());
            if (round % 2 == 0) {
                frame = new byte[1 + random.nextInt(200)];
                random.nextBytes(frame);
            } else {
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    frame[random.nextInt(frame.length)] = (byte) random.nextInt();
                }
            }
            readsWithin(frame, "seed " + seed + " round " + round);
        }
    }

    /** Reads a frame, and of a message all fields that the broker evaluates. */
    private void readsWithin(byte[] frame, String what) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            Command command = codec.read(Unpooled.wrappedBuffer(frame));
            if (command instanceof Message message) {
                Publisher.requireReadable(message);
                message.getProperty("KEYS");
            }
        } catch (IOException | ClassCastException | JMSException e) {
            // expected
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < ALLOCATED_MAX, what + " took " + allocated + " bytes");
    }

    @Test
    void invalidCommandsAreRefused() throws IOException {
        assertNull(codec.read(Unpooled.wrappedBuffer(new byte[] {CommandTypes.NULL, 0, 0})));
        assertThrows(IOException.class, () -> codec.read(Unpooled.wrappedBuffer("GET / HTTP/1.1\r\n\r\n"
                .getBytes(StandardCharsets.US_ASCII))));
    }

    @Test
    void textsOfEveryUnicodePlaneSurvive() throws Exception {
        ActiveMQTextMessage message = new ActiveMQTextMessage();
        message.setText("a\0é订\uD83D\uDC0E");
        ActiveMQTextMessage read = (ActiveMQTextMessage) codec.read(Frames.frame(Frames.filled(message)));
        assertEquals("a\0é订\uD83D\uDC0E", read.getText());
        assertFalse(read.isCompressed());
    }
}
