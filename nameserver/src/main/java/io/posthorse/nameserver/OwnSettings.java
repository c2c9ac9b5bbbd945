package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The name server's own settings, which tools show (319) and change (318). While it runs, only two can be changed: whether
 * routes contain the order of ordered topics, and the setting that the process adds. All others belong to the configuration
 * file.
 */
final class OwnSettings {
    /** First character of the namespace of these settings in the store; no request can name one. */
    static final String RESERVED = "\u0000";

    private static final String NAMESPACE = RESERVED + "settings";
    private static final String ORDER = "orderMessageEnable";
    private static final int TEXT_MAX = 65_536;

    private final Map<String, String> fixed;
    private final KvTable table;
    private final BiConsumer<Peer, String> changes;
    /** Setting that the process adds, or null. */
    private LiveSetting live;

    /** @param changes receives each change and the peer that asked for it */
    OwnSettings(Map<String, String> fixed, KvTable table, BiConsumer<Peer, String> changes) {
        this.changes = changes;
        this.fixed = Map.copyOf(fixed);
        this.table = table;
    }

    /** Returns whether routes contain the order of ordered topics. */
    boolean ordersTopics() {
        return !"false".equals(table.get(NAMESPACE, ORDER));
    }

    /** Adds a setting that can be changed; a value that an earlier run stored takes effect. */
    void live(LiveSetting setting) {
        live = setting;
        String kept = table.get(NAMESPACE, setting.key());
        if (kept != null && setting.check().apply(kept) == null) {
            setting.apply().accept(kept);
        }
    }

    private Map<String, String> all() {
        Map<String, String> all = new TreeMap<>(fixed);
        all.put(ORDER, Boolean.toString(ordersTopics()));
        if (live != null) {
            String kept = table.get(NAMESPACE, live.key());
            boolean isInForce = kept != null && live.check().apply(kept) == null;
            all.put(live.key(), isInForce ? kept : live.started());
        }
        return all;
    }

    Frame show(Frame request) {
        return request.ok(Answers.properties(all()).getBytes(StandardCharsets.UTF_8));
    }

    Frame change(Peer peer, Frame request) {
        if (request.body().length > TEXT_MAX) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "nothing was changed: the text is longer than 64 KiB");
        }
        Map<String, String> all = all();
        Map<String, String> wanted = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        for (String line : new String(request.body(), StandardCharsets.UTF_8).lines().map(String::strip).toList()) {
            int sign = line.indexOf('=');
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String key = sign < 0 ? line : line.substring(0, sign).strip();
            String value = sign < 0 ? "" : line.substring(sign + 1).strip();
            String problem = value.equals(all.get(key)) ? null : problem(peer, key, value);
            if (problem != null) {
                problems.add(key + ": " + problem);
            } else if (!value.equals(all.get(key))) {
                wanted.put(key, value);
            }
        }
        if (!problems.isEmpty()) {
            return request.refuse(ResponseCode.NO_PERMISSION, "nothing was changed. " + String.join("; ", problems));
        }
        LateAnswer answer = new LateAnswer(peer, request);
        if (wanted.isEmpty()) {
            answer.accept(null);
        }
        int left = wanted.size();
        for (Map.Entry<String, String> one : wanted.entrySet()) {
            left--;
            changes.accept(peer, "setting " + one.getKey() + " of the name server becomes "
                    + (one.getValue().isEmpty() ? "what the configuration says" : one.getValue()));
            put(one.getKey(), one.getValue(), left == 0 ? answer : kept -> { });
        }
        return answer.now();
    }

    private String problem(Peer peer, String key, String value) {
        if (key.equals(ORDER)) {
            return value.equals("true") || value.equals("false") ? null : "it must be true or false";
        }
        if (live != null && key.equals(live.key())) {
            if (!peer.remote().getAddress().isLoopbackAddress()) { // it has no access control
                return "it can be changed on the machine of the name server only, by its address 127.0.0.1";
            }
            return value.isEmpty() ? null : live.check().apply(value);
        }
        return "it cannot be changed while the name server runs; set it in the configuration file and restart";
    }

    private void put(String key, String value, Consumer<String> done) {
        boolean isTakenBack = value.isEmpty();
        if (!key.equals(ORDER)) {
            live.apply().accept(isTakenBack ? live.started() : value);
        }
        if (isTakenBack) {
            table.delete(NAMESPACE, key, done);
        } else {
            table.put(NAMESPACE, key, value, done);
        }
    }
}
