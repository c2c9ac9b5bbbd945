package io.posthorse.protocol.openwire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.MessageAck;
import org.apache.activemq.command.MessageId;
import org.apache.activemq.command.ProducerId;
import org.apache.activemq.command.SessionId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@link AckReader} reads the same as the library's codec. */
class AckReaderTest {
    private static final int CAUSE = 1;

    private final AckReader reader = new AckReader();
    private WireCodec codec;

    @BeforeEach
    void open() throws Exception {
        codec = new WireCodec(1 << 20);
    }

    private static MessageAck ack(int kind, long number) {
        MessageAck ack = Frames.acknowledgement(1);
        ack.setTransactionId(null);
        ack.setCommandId((int) number + 5);
        ack.setResponseRequired(kind % 2 == 0);
        ack.setLastMessageId(new MessageId(ack.getLastMessageId().getProducerId(), number));
        ack.getLastMessageId().setBrokerSequenceId(number * 3);
        ack.setFirstMessageId(kind % 3 == 0 ? null : new MessageId(ack.getLastMessageId().getProducerId(), number - 1));
        ack.setMessageCount(kind);
        ack.setAckType((byte) (kind % 5));
        return ack;
    }

    private MessageAck learned(MessageAck ack) throws Exception {
        ByteBuf frame = Frames.frame(ack);
        MessageAck read = (MessageAck) codec.read(frame.duplicate());
        reader.learn(read, frame, 0);
        return read;
    }

    @Test
    void readsTheSameAsTheCodec() throws Exception {
        for (int kind = 0; kind < 30; kind++) {
            MessageAck sent = ack(kind, kind * 1_000L);
            learned(sent);
            MessageAck read = reader.read(Frames.frame(sent));
            assertNotNull(read, "kind " + kind);
            assertArrayEquals(Frames.bytes(sent), Frames.bytes(read));
        }
    }

    @Test
    void equalPartsAreRemembered() throws Exception {
        MessageAck first = learned(ack(0, 1));
        MessageAck second = reader.read(Frames.frame(ack(3, 2)));
        assertSame(first.getDestination(), second.getDestination());
        assertSame(first.getConsumerId(), second.getConsumerId());
        assertSame(first.getLastMessageId().getProducerId(), second.getLastMessageId().getProducerId());
        assertEquals(2, second.getLastMessageId().getProducerSequenceId());
    }

    @Test
    void framesThatDifferAreLeftToTheCodec() throws Exception {
        learned(ack(1, 1));
        List<MessageAck> others = new ArrayList<>();
        for (int kind = 0; kind < 6; kind++) {
            others.add(ack(1, 2));
        }
        others.get(0).setDestination(new ActiveMQTopic("orders"));
        others.get(1).setConsumerId(new ConsumerId(new SessionId(new ConnectionId("ID:host-1-2-3:1"), 1), 77));
        others.get(2).getLastMessageId().setProducerId(new ProducerId(new SessionId(new ConnectionId("ID:x:1"), 1), 1));
        others.get(3).setTransactionId(Frames.acknowledgement(1).getTransactionId());
        others.get(4).setPoisonCause(new Exception("poison"));
        others.get(5).getFirstMessageId().setTextView("a text");
        for (MessageAck other : others) {
            assertNull(reader.read(Frames.frame(other)), other.toString());
            MessageAck read = (MessageAck) codec.read(Frames.frame(other));
            assertEquals(other.getLastMessageId(), read.getLastMessageId());
            assertEquals(other.getConsumerId(), read.getConsumerId());
            assertEquals(other.getDestination(), read.getDestination());
        }
    }

    @Test
    void frameOrderMakesNoDifference() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            MessageAck sent = ack(random.nextInt(12), random.nextInt(50));
            if (random.nextInt(4) == 0) {
                sent.setDestination(new ActiveMQTopic("t" + random.nextInt(3)));
            }
            if (random.nextInt(6) == 0) {
                sent.setTransactionId(Frames.acknowledgement(1).getTransactionId());
            }
            byte[] bytes = Frames.bytes(sent);
            MessageAck read = (MessageAck) codec.read(Unpooled.wrappedBuffer(bytes));
            assertArrayEquals(bytes, Frames.bytes(read), "seed " + seed + " round " + round);
        }
    }

    @Test
    void unusualLayoutsAreNotRemembered() throws Exception {
        MessageAck odd = ack(1, 1);
        odd.getFirstMessageId().setTextView("a text");
        byte[] frame = Frames.bytes(odd);
        learned(odd);
        assertNull(reader.read(Unpooled.wrappedBuffer(frame)));
        MessageAck nameless = ack(1, 1);
        nameless.setConsumerId(new ConsumerId());
        learned(nameless);
        assertNull(reader.read(Frames.frame(nameless)));
    }

    @Test
    void truncatedFramesAreNotRead() throws Exception {
        MessageAck sent = ack(1, 1);
        learned(sent);
        byte[] complete = Frames.bytes(sent);
        for (int length = 0; length < complete.length; length++) {
            assertNull(reader.read(Unpooled.wrappedBuffer(Arrays.copyOf(complete, length))), "at " + length);
        }
        assertNull(reader.read(Unpooled.wrappedBuffer(Arrays.copyOf(complete, complete.length + CAUSE))));
    }
}
