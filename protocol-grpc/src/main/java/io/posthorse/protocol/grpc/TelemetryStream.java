package io.posthorse.protocol.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.posthorse.codec.grpc.TelemetryCommand;
import java.util.concurrent.Executor;

/** The stream of commands to a client; the first call of {@link #end} ends it. */
final class TelemetryStream {
    private final ServerCallStreamObserver<TelemetryCommand> out;
    private final Executor transport;
    /** Used on the transport's thread. */
    private boolean ended;

    /** @param transport runs tasks on the thread that writes to the connections */
    TelemetryStream(StreamObserver<TelemetryCommand> out, Executor transport) {
        this.out = (ServerCallStreamObserver<TelemetryCommand>) out;
        this.transport = transport;
    }

    void send(TelemetryCommand command) {
        transport.execute(() -> {
            if (!ended && !out.isCancelled()) {
                out.onNext(command);
            }
        });
    }

    /** Ends the stream; with an error where the status is not OK. */
    void end(Status status) {
        transport.execute(() -> {
            if (ended || out.isCancelled()) {
                return;
            }
            ended = true;
            if (status.isOk()) {
                out.onCompleted();
            } else {
                out.onError(status.asRuntimeException());
            }
        });
    }
}
