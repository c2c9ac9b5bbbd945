package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.AuditTrail;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.platform.QuotaHolder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Handles requests that show the settings in force (26), or change settings of the running broker (25). */
final class ConfigRequests implements RequestHandler {
    private static final int TEXT_MAX = 64 << 10;
    private static final int TOLD_CHARS_MAX = 500;

    private final Operations operations;
    private final Statistics statistics;
    private final Registrations registrations;
    private final AuditTrail audit;

    ConfigRequests(Operations operations, Statistics statistics, Registrations registrations, AuditTrail audit) {
        this.audit = audit;
        this.registrations = registrations;
        this.operations = operations;
        this.statistics = statistics;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.UPDATE_BROKER_CONFIG || code == RequestCode.GET_BROKER_CONFIG;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return request.code() == RequestCode.GET_BROKER_CONFIG ? show(request) : change(peer, request);
    }

    private Frame show(Frame request) {
        StringBuilder text = new StringBuilder();
        new TreeMap<>(operations.settings()).forEach(
                (key, value) -> text.append(key).append('=').append(escaped(value)).append('\n'));
        String version = new JsonWriter().beginObject().name("counter").value(operations.changes())
                .name("stateVersion").value(0).name("timestamp").value(statistics.startMs).endObject().toString();
        return request.answer(
                ResponseCode.SUCCESS, null, Map.of("version", version), text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /** Escapes a value, since readers of Java properties take a backslash for the start of an escape. */
    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\n", "\\n");
    }

    private Frame change(Peer peer, Frame request) {
        if (request.body().length > TEXT_MAX) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "Nothing was changed: the text is longer than 64 KiB.");
        }
        String wanted = new String(request.body(), StandardCharsets.UTF_8);
        QuotaHolder by = ((RemotingSession) peer).holder();
        String lines = wanted.lines().map(String::strip).collect(Collectors.joining(", "));
        String done = "settings were changed: " + lines.substring(0, Math.min(TOLD_CHARS_MAX, lines.length()));
        operations.change(wanted, () -> audit.note(by, done), refusal -> {
            if (refusal == null) {
                registrations.confirm(() -> peer.answer(request, request.ok(Map.of())));
            } else {
                peer.answer(request, request.refuse(ResponseCode.NO_PERMISSION, refusal));
            }
        });
        return null;
    }
}
