package io.posthorse.protocol.grpc;

import io.posthorse.codec.grpc.Code;
import io.posthorse.codec.grpc.Status;

/** An exception that ends a call with a code of the protocol; its message says what happened and what to do. */
final class Refusal extends RuntimeException {
    private final Code code;

    Refusal(Code code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    Status status() {
        return status(code, getMessage());
    }

    static Status status(Code code, String message) {
        return Status.newBuilder().setCode(code).setMessage(message).build();
    }

    static Status ok() {
        return status(Code.OK, "OK");
    }
}
