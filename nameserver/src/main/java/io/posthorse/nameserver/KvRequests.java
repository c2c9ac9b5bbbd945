package io.posthorse.nameserver;

import static io.posthorse.codec.rocketmq.RequestCode.DELETE_KV_CONFIG;
import static io.posthorse.codec.rocketmq.RequestCode.GET_KVLIST_BY_NAMESPACE;
import static io.posthorse.codec.rocketmq.RequestCode.GET_KV_CONFIG;
import static io.posthorse.codec.rocketmq.RequestCode.PUT_KV_CONFIG;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.util.Map;
import java.util.function.BiConsumer;

/** Answers requests about the key-value configuration. */
final class KvRequests {
    private static final String NONE = "the name server's key-value configuration has no such entry";
    private final KvTable table;
    private final BiConsumer<Peer, String> changes;

    /** @param changes gets each change, with the peer that made it */
    KvRequests(KvTable table, BiConsumer<Peer, String> changes) {
        this.table = table;
        this.changes = changes;
    }

    Frame handle(Peer peer, Frame request) {
        String namespace = request.require("namespace");
        if (namespace.startsWith(OwnSettings.RESERVED)) {
            return request.refuse(
                    ResponseCode.SYSTEM_ERROR, "this namespace is reserved for the name server's own settings");
        }
        return switch (request.code()) {
            case PUT_KV_CONFIG -> put(peer, request, namespace);
            case GET_KV_CONFIG -> get(request, namespace);
            case GET_KVLIST_BY_NAMESPACE -> list(request, namespace);
            case DELETE_KV_CONFIG -> {
                LateAnswer answer = new LateAnswer(peer, request);
                boolean exists = table.get(namespace, request.require("key")) != null;
                table.delete(namespace, request.field("key"), answer);
                if (exists) {
                    changes.accept(peer, "key-value entry " + request.field("key") + " of " + namespace + " was deleted");
                }
                yield answer.now();
            }
            default -> request.refuse(
                    ResponseCode.REQUEST_CODE_NOT_SUPPORTED, "request type " + request.code() + " not supported");
        };
    }

    private Frame put(Peer peer, Frame request, String namespace) {
        String key = request.require("key");
        String value = request.require("value");
        String refusal = table.refusal(namespace, key, value);
        if (refusal != null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, refusal);
        }
        LateAnswer answer = new LateAnswer(peer, request);
        boolean isNew = !value.equals(table.get(namespace, key));
        table.put(namespace, key, value, answer);
        if (isNew) {
            changes.accept(peer, "key-value entry " + key + " of " + namespace + " was set");
        }
        return answer.now();
    }

    private Frame get(Frame request, String namespace) {
        String value = table.get(namespace, request.require("key"));
        return value == null
                ? request.refuse(ResponseCode.QUERY_NOT_FOUND, NONE)
                : request.ok(Map.of("value", value));
    }

    private Frame list(Frame request, String namespace) {
        Map<String, String> entries = table.all(namespace);
        return entries.isEmpty()
                ? request.refuse(ResponseCode.QUERY_NOT_FOUND, NONE)
                : request.ok(Answers.table(entries));
    }
}
