package io.posthorse.protocol.grpc;

import io.posthorse.broker.LentBatch;
import io.posthorse.broker.Partition;
import io.posthorse.codec.grpc.ReceiveMessageResponse;
import io.posthorse.codec.rocketmq.MessageView;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The messages on their way to one consumer: copied from the log on the owner's thread, converted to the protocol's
 * messages on the thread that sends them.
 */
final class LentMessages {
    private final ReceiveCalls.Wanted wanted;
    private final long receipt;
    private final List<One> messages = new ArrayList<>();
    private int bytes;

    /** A lent message. */
    record One(Partition partition, long offset, int deliveries, long receipt, ByteBuffer stored) {}

    LentMessages(ReceiveCalls.Wanted wanted, long receipt) {
        this.wanted = wanted;
        this.receipt = receipt;
    }

    int count() {
        return messages.size();
    }

    int bytes() {
        return bytes;
    }

    void add(Partition partition, LentBatch lent) {
        byte[] copy = new byte[lent.messages().bytes()];
        lent.messages().copy(ByteBuffer.wrap(copy), 0);
        int at = 0;
        for (int i = 0; i < lent.count(); i++) {
            ByteBuffer stored = ByteBuffer.wrap(copy, at, lent.length(i)).slice();
            messages.add(new One(partition, lent.offset(i), lent.deliveries(i), receipt, stored));
            at += lent.length(i);
        }
        bytes += copy.length;
    }

    List<One> all() {
        return messages;
    }

    /**
     * Returns the parts of the answer.
     *
     * @param unwanted takes messages whose tag has the hash of a wanted tag but is another one
     */
    List<ReceiveMessageResponse> answer(long nowMs, Consumer<One> unwanted) {
        List<ReceiveMessageResponse> parts = new ArrayList<>();
        for (One message : messages) {
            MessageView view = MessageView.of(message.stored);
            if (wanted.tags() != null && !wanted.tags().contains(view.properties().getOrDefault("TAGS", ""))) {
                unwanted.accept(message);
                continue;
            }
            ReceiptHandle handle = new ReceiptHandle(message.partition.number(), message.offset, message.receipt);
            parts.add(ReceiveMessageResponse.newBuilder()
                    .setMessage(ClientMessage.of(view, wanted.topic(), handle, message.deliveries, wanted.leaseMs()))
                    .build());
        }
        if (parts.isEmpty()) {
            return List.of(ReceiveCalls.nothing());
        }
        parts.addFirst(ReceiveCalls.status(Refusal.ok()));
        parts.add(ReceiveMessageResponse.newBuilder().setDeliveryTimestamp(Resources.time(nowMs)).build());
        return parts;
    }
}
