package io.posthorse.protocol.grpc;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.posthorse.codec.grpc.TelemetryCommand;
import java.util.concurrent.Executor;

/** What a client is told on its stream of settings; it is ended once, by whoever comes first. */
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

    /** Ends the stream; with an error where the status is one. */
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
