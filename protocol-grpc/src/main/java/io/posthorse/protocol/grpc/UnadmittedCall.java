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
 * A call until it is decided whether it may come in. Nothing of its request is asked for meanwhile. Used on the thread of
 * the connections.
 */
final class UnadmittedCall<Q, A> extends ServerCall.Listener<Q> {
    private final ServerCall<Q, A> call;
    private final Supplier<ServerCall.Listener<Q>> begin;
    private final Deque<Consumer<ServerCall.Listener<Q>>> early = new ArrayDeque<>();
    private ServerCall.Listener<Q> begun;
    private boolean over;

    /** @param begin has the call taken up by who answers it */
    UnadmittedCall(ServerCall<Q, A> call, Supplier<ServerCall.Listener<Q>> begin) {
        this.call = call;
        this.begin = begin;
    }

    /** Whether its caller has given it up. */
    boolean isOver() {
        return over;
    }

    /** Goes on with the call, or answers it with a status, where there is one. */
    void decided(Status refusal) {
        if (over) {
            return;
        }
        if (refusal != null) {
            refuse(refusal);
            return;
        }
        ServerCall.Listener<Q> listener = begin.get(); // asks for the request, which may come while it does
        while (!early.isEmpty()) {
            early.poll().accept(listener);
        }
        begun = listener;
    }

    /** Ends the call with a status of gRPC's own. */
    void end(io.grpc.Status status) {
        if (!over) {
            call.close(status, new Metadata());
        }
    }

    private void tell(Consumer<ServerCall.Listener<Q>> event) {
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

    /** What ends a stream; a client shows its user the text of that, and of no status within. */
    static io.grpc.Status grpc(Status refusal) {
        io.grpc.Status status = refusal.getCode() == Code.UNAUTHORIZED
                ? io.grpc.Status.UNAUTHENTICATED
                : refusal.getCode() == Code.FORBIDDEN ? io.grpc.Status.PERMISSION_DENIED : io.grpc.Status.INTERNAL;
        return status.withDescription(refusal.getMessage());
    }

    /** All answers of the protocol begin with the status as field 1, so one stands for any. */
    private A answer(Status refusal) {
        byte[] bytes = HeartbeatResponse.newBuilder().setStatus(refusal).build().toByteArray();
        return call.getMethodDescriptor().getResponseMarshaller().parse(new ByteArrayInputStream(bytes));
    }

    @Override
    public void onMessage(Q message) {
        tell(listener -> listener.onMessage(message));
    }

    @Override
    public void onHalfClose() {
        tell(ServerCall.Listener::onHalfClose);
    }

    @Override
    public void onReady() {
        tell(ServerCall.Listener::onReady);
    }

    @Override
    public void onCancel() {
        over = true;
        tell(ServerCall.Listener::onCancel);
    }

    @Override
    public void onComplete() {
        over = true;
        tell(ServerCall.Listener::onComplete);
    }
}
