package io.posthorse.protocol.openwire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.apache.activemq.command.ActiveMQTempQueue;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.ActiveMQTopic;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConsumerId;
import org.apache.activemq.command.Message;
import org.apache.activemq.command.SessionId;
import org.junit.jupiter.api.Test;

/** {@link OutgoingDispatch} encodes the same bytes as the library's codec. */
class OutgoingDispatchTest {
    private static final ConsumerId CONSUMER = new ConsumerId(new SessionId(new ConnectionId("ID:größe-1:1"), 7), 9);

    private final MessageCodec codec = new MessageCodec();

    private void assertSameAsCodec(Message message, OutgoingDispatch.Circumstances circumstances) throws Exception {
        ByteBuf ours = Unpooled.buffer();
        new OutgoingDispatch(message).put(codec, codec.nested(CONSUMER), circumstances, ours);
        ByteBuf theirs = Unpooled.buffer();
        var dispatch = new OutgoingDispatch(message).dispatch(CONSUMER, circumstances);
        message.setRedeliveryCounter(0); // clients use the dispatch's counter
        new WireCodec(1 << 20).write(dispatch, theirs);
        assertArrayEquals(ByteBufUtil.getBytes(theirs), ByteBufUtil.getBytes(ours), message.toString());
    }

    @Test
    void everyKindOfMessageIsEncodedAsByTheCodec() throws Exception {
        int kinds = 0;
        for (Command command : Frames.all()) {
            if (command instanceof Message message) {
                assertSameAsCodec(message, new OutgoingDispatch.Circumstances(3, 0, false, 1_700_000_000_123L));
                assertSameAsCodec(message, new OutgoingDispatch.Circumstances(Long.MAX_VALUE, 5, true, -1));
                kinds++;
            }
        }
        assertEquals(5, kinds);
    }

    @Test
    void messagesWithFewFieldsAreEncodedAsByTheCodec() throws Exception {
        ActiveMQTextMessage bare = new ActiveMQTextMessage();
        bare.setMessageId(Frames.filled(Frames.text()).getMessageId());
        bare.setDestination(new ActiveMQTopic("t"));
        assertSameAsCodec(bare, new OutgoingDispatch.Circumstances(1, 0, false, 0));
        ActiveMQTextMessage foreign = Frames.filled(Frames.text());
        foreign.getMessageId().setTextView("7F00000100002A9F0000000000000001");
        foreign.setDestination(new ActiveMQTempQueue("ID:h-1-2:1:1"));
        foreign.setOriginalDestination(new ActiveMQTopic("订单"));
        assertSameAsCodec(foreign, new OutgoingDispatch.Circumstances(2, 1, true, 9));
    }

    @Test
    void oneMessageIsEncodedForSeveralConsumers() throws Exception {
        OutgoingDispatch message = new OutgoingDispatch(Frames.filled(Frames.text()));
        WireCodec wire = new WireCodec(1 << 20);
        for (int number = 1; number < 4; number++) {
            ByteBuf out = Unpooled.buffer();
            message.put(codec, codec.nested(CONSUMER), new OutgoingDispatch.Circumstances(number, number, false, 5), out);
            assertEquals(out.readInt(), out.readableBytes());
            var read = (org.apache.activemq.command.MessageDispatch) wire.read(out);
            assertEquals(number, read.getMessage().getMessageId().getBrokerSequenceId());
            assertEquals(number, read.getRedeliveryCounter());
            assertTrue(read.getConsumerId().equals(CONSUMER));
        }
    }
}
