package io.posthorse.protocol.grpc;

import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.posthorse.broker.Broker;
import io.posthorse.broker.LeaseWaiters;
import io.posthorse.broker.Partition;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.codec.grpc.ReceiveMessageResponse;
import java.util.List;

/** One call for messages. */
final class ReceiveCall implements LongPoll.Call {
    private final GrpcProtocol parts;
    private final Calls calls;
    private final ReceiveCalls.Wanted wanted;
    private final ServerCallStreamObserver<ReceiveMessageResponse> out;

    ReceiveCall(
            GrpcProtocol parts, Calls calls, ReceiveCalls.Wanted wanted, StreamObserver<ReceiveMessageResponse> out) {
        this.parts = parts;
        this.calls = calls;
        this.wanted = wanted;
        this.out = (ServerCallStreamObserver<ReceiveMessageResponse>) out;
    }

    @Override
    public boolean attempt(boolean last) {
        long before = parts.broker().decisions();
        LentMessages found = parts.receives().lend(wanted);
        if (found.count() == 0) {
            if (wanted.retry().isReading()) {
                return false;
            }
            if (last) {
                calls.several(before, out, () -> List.of(ReceiveCalls.nothing()), ReceiveCalls::status);
            }
            return last;
        }
        long now = parts.broker().now();
        calls.several(before, out, () -> answer(found, now), ReceiveCalls::status);
        return true;
    }

    /** On the thread that sends: a client that has gone meanwhile leaves its messages to the others at once. */
    private List<ReceiveMessageResponse> answer(LentMessages found, long now) {
        if (out.isCancelled()) {
            calls.onOwner(() -> found.all().forEach(this::giveBack));
            return List.of();
        }
        return found.answer(now, one -> calls.onOwner(() -> settle(one)));
    }

    private void giveBack(LentMessages.One one) {
        Broker turn = parts.turn();
        parts.renewals().remove(wanted.group(), one.partition(), one.offset());
        turn.leases().change(wanted.group(), one.partition(), one.offset(), one.receipt(), 0, one.receipt() + 1);
    }

    private void settle(LentMessages.One one) {
        parts.renewals().remove(wanted.group(), one.partition(), one.offset());
        parts.turn().leases().settle(wanted.group(), one.partition(), one.offset(), one.receipt());
    }

    @Override
    public RetriedRequest retry() {
        return wanted.retry();
    }

    @Override
    public List<Partition> partitions() {
        return parts.receives().partitions(wanted);
    }

    @Override
    public boolean hasRoom() {
        return parts.receives().hasRoom(wanted);
    }

    @Override
    public LeaseWaiters.Place join(LeaseWaiters.Taker taker, List<Partition> partitions) {
        return parts.lines().join(taker, wanted.group(), partitions, wanted.group().settings().ordered());
    }
}
