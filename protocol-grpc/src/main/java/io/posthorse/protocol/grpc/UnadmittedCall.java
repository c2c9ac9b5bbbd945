package io.posthorse.protocol.grpc;

import io.grpc.Metadata;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerCall;
import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.HeartbeatResponse;
import io.posthorse.codec.grpc.Status;
import java.io.ByteArrayInputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A call until the gate has decided about it. No part of its request is read meanwhile. Used on the thread of the
 * connections.
 */
final class UnadmittedCall<Q, A> extends ServerCall.Listener<Q> {
    private final ServerCall<Q, A> call;
    private final Supplier<ServerCall.Listener<Q>> begin;
    private final Deque<Consumer<ServerCall.Listener<Q>>> early = new ArrayDeque<>();
    private ServerCall.Listener<Q> begun;
    private boolean over;

    /** @param begin passes the call to its handler */
    UnadmittedCall(ServerCall<Q, A> call, Supplier<ServerCall.Listener<Q>> begin) {
        this.call = call;
        this.begin = begin;
    }

    /** Returns whether its caller has cancelled it. */
    boolean isOver() {
        return over;
    }

    /** Continues the call, or answers it with the refusal where that is not null. */
    void decided(Status refusal) {
        if (over) {
            return;
        }
        if (refusal != null) {
            refuse(refusal);
            return;
        }
        ServerCall.Listener<Q> listener = begin.get(); // requests the message, which may arrive during this call
        while (!early.isEmpty()) {
            early.poll().accept(listener);
        }
        begun = listener;
    }

    /** Ends the call with a status of gRPC itself. */
    void end(io.grpc.Status status) {
        if (!over) {
            call.close(status, new Metadata());
        }
    }

    private void pass(Consumer<ServerCall.Listener<Q>> event) {
        if (begun == null) {
            early.add(event);
        } else {
            event.accept(begun);
        }
    }

    private void refuse(Status refusal) {
        if (call.getMethodDescriptor().getType() == MethodType.BIDI_STREAMING) {
            call.close(grpc(refusal), new Metadata());
            return;
        }
        call.sendHeaders(new Metadata());
        call.sendMessage(answer(refusal));
        call.close(io.grpc.Status.OK, new Metadata());
    }

    /** Returns the status that ends a stream; clients show its text to the user. */
    static io.grpc.Status grpc(Status refusal) {
        io.grpc.Status status = refusal.getCode() == Code.UNAUTHORIZED
                ? io.grpc.Status.UNAUTHENTICATED
                : refusal.getCode() == Code.FORBIDDEN ? io.grpc.Status.PERMISSION_DENIED : io.grpc.Status.INTERNAL;
        return status.withDescription(refusal.getMessage());
    }

    /** Creates an answer of any type: all begin with the status as field 1. */
    private A answer(Status refusal) {
        byte[] bytes = HeartbeatResponse.newBuilder().setStatus(refusal).build().toByteArray();
        return call.getMethodDescriptor().getResponseMarshaller().parse(new ByteArrayInputStream(bytes));
    }

    @Override
    public void onMessage(Q message) {
        pass(listener -> listener.onMessage(message));
    }

    @Override
    public void onHalfClose() {
        pass(ServerCall.Listener::onHalfClose);
    }

    @Override
    public void onReady() {
        pass(ServerCall.Listener::onReady);
    }

    @Override
    public void onCancel() {
        over = true;
        pass(ServerCall.Listener::onCancel);
    }

    @Override
    public void onComplete() {
        over = true;
        pass(ServerCall.Listener::onComplete);
    }
}
