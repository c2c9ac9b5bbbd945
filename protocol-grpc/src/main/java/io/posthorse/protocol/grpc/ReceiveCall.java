package io.posthorse.protocol.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.posthorse.broker.Broker;
import io.posthorse.broker.LeaseWaiters;
import io.posthorse.broker.Partition;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.codec.grpc.ReceiveMessageResponse;
import java.util.List;

/** A call for messages. */
final class ReceiveCall implements LongPoll.Call {
    private final GrpcProtocol protocol;
    private final Calls calls;
    private final ReceiveCalls.Wanted wanted;
    private final ServerCallStreamObserver<ReceiveMessageResponse> out;

    ReceiveCall(
            GrpcProtocol protocol, Calls calls, ReceiveCalls.Wanted wanted, StreamObserver<ReceiveMessageResponse> out) {
        this.protocol = protocol;
        this.calls = calls;
        this.wanted = wanted;
        this.out = (ServerCallStreamObserver<ReceiveMessageResponse>) out;
    }

    @Override
    public boolean attempt(boolean last) {
        long before = protocol.broker().decisions();
        LentMessages found = protocol.receives().lend(wanted);
        if (found.count() == 0) {
            if (wanted.retry().isReading()) {
                return false;
            }
            if (last) {
                calls.several(before, out, () -> List.of(ReceiveCalls.nothing()), ReceiveCalls::status);
            }
            return last;
        }
        long now = protocol.broker().now();
        calls.several(before, out, () -> answer(found, now), ReceiveCalls::status);
        return true;
    }

    /**
     * Converts the messages on the thread that sends. Where the client is gone, its messages go back to the others at once.
     */
    private List<ReceiveMessageResponse> answer(LentMessages found, long now) {
        if (out.isCancelled()) {
            calls.onOwner(() -> found.all().forEach(this::giveBack));
            return List.of();
        }
        return found.answer(now, message -> calls.onOwner(() -> settle(message)));
    }

    private void giveBack(LentMessages.One message) {
        Broker turn = protocol.turn();
        protocol.renewals().remove(wanted.group(), message.partition(), message.offset());
        turn.leases().change(
                wanted.group(), message.partition(), message.offset(), message.receipt(), 0, message.receipt() + 1);
    }

    private void settle(LentMessages.One message) {
        protocol.renewals().remove(wanted.group(), message.partition(), message.offset());
        protocol.turn().leases().settle(wanted.group(), message.partition(), message.offset(), message.receipt());
    }

    @Override
    public RetriedRequest retry() {
        return wanted.retry();
    }

    @Override
    public List<Partition> partitions() {
        return protocol.receives().partitions(wanted);
    }

    @Override
    public boolean hasRoom() {
        return protocol.receives().hasRoom(wanted);
    }

    @Override
    public LeaseWaiters.Place join(LeaseWaiters.Taker taker, List<Partition> partitions) {
        return protocol.lines().join(taker, wanted.group(), partitions, wanted.group().settings().ordered());
    }
}
