package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.RequestCode;

/**
 * Parses the JSON bodies of requests: each once, although the permission check and the handler both read it. Only the body
 * of the request being handled is kept. Used on the owner's thread.
 */
final class RequestBodies {
    /**
     * Bounds of requests that every client makes: a heartbeat with 3,000 groups or a lock of 10,000 queues fits, and takes
     * the owner's thread a few milliseconds.
     */
    private static final JsonReader.Limits OF_CLIENTS = new JsonReader.Limits(1 << 20, 32, 50_000);

    private byte[] read;
    private JsonValue.Obj value;

    /**
     * Returns the body of a request as an object, within the bounds of clients: for the permission check of a user who is
     * not a super user, whatever the request.
     *
     * @throws MalformedFrameException where the body is not one JSON object, or is larger
     */
    JsonValue.Obj ofUser(Frame request) {
        return of(request, OF_CLIENTS);
    }

    /**
     * Returns a request's body as an object.
     *
     * @throws MalformedFrameException where the body is not one JSON object, or is larger than such a request may be
     */
    JsonValue.Obj of(Frame request) {
        return of(request, limits(request.code()));
    }

    private JsonValue.Obj of(Frame request, JsonReader.Limits limits) {
        if (read != request.body()) {
            value = JsonReader.read(request.body(), limits).asObject();
            read = request.body();
        }
        return value;
    }

    /** Drops the body that was read last. */
    void forget() {
        read = null;
        value = null;
    }

    private static JsonReader.Limits limits(int code) {
        return switch (code) {
            case RequestCode.HEART_BEAT, RequestCode.CHECK_CLIENT_CONFIG, RequestCode.LOCK_BATCH_MQ,
                    RequestCode.UNLOCK_BATCH_MQ, RequestCode.BATCH_ACK_MESSAGE, RequestCode.QUERY_ASSIGNMENT,
                    RequestCode.SET_MESSAGE_REQUEST_MODE -> OF_CLIENTS;
            default -> JsonReader.Limits.BODY;
        };
    }
}
