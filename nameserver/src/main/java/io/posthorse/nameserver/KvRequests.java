package io.posthorse.nameserver;

import static io.posthorse.codec.rocketmq.RequestCode.DELETE_KV_CONFIG;
import static io.posthorse.codec.rocketmq.RequestCode.GET_KVLIST_BY_NAMESPACE;
import static io.posthorse.codec.rocketmq.RequestCode.GET_KV_CONFIG;
import static io.posthorse.codec.rocketmq.RequestCode.PUT_KV_CONFIG;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.io.UncheckedIOException;
import java.util.Map;

/** Answers the requests about the key-value configuration. */
final class KvRequests {
    private static final String NONE = "the name server's key-value configuration has no such entry";
    private final KvTable table;

    KvRequests(KvTable table) {
        this.table = table;
    }

    Frame handle(Frame request) {
        String namespace = request.require("namespace");
        try {
            return switch (request.code()) {
                case PUT_KV_CONFIG -> put(request, namespace);
                case GET_KV_CONFIG -> get(request, namespace);
                case GET_KVLIST_BY_NAMESPACE -> list(request, namespace);
                case DELETE_KV_CONFIG -> {
                    table.delete(namespace, request.require("key"));
                    yield request.ok(Map.of());
                }
                default -> request.refuse(
                        ResponseCode.REQUEST_CODE_NOT_SUPPORTED, "request type " + request.code() + " not supported");
            };
        } catch (UncheckedIOException e) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, "the change could not be stored: " + e.getMessage());
        }
    }

    private Frame put(Frame request, String namespace) {
        String refusal = table.put(namespace, request.require("key"), request.require("value"));
        return refusal == null ? request.ok(Map.of()) : request.refuse(ResponseCode.SYSTEM_ERROR, refusal);
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
