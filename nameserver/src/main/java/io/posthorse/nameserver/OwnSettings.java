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

/**
 * The name server's own settings as tools see them (319) and change them (318). One may be changed while it runs:
 * whether routes carry the order of ordered topics. Everything else belongs to the configuration file.
 */
final class OwnSettings {
    /** What the namespaces of these settings in the store begin with; no request can name one. */
    static final String RESERVED = "\u0000";

    private static final String NAMESPACE = RESERVED + "settings";
    private static final String ORDER = "orderMessageEnable";
    private static final int TEXT_MAX = 65_536;

    private final Map<String, String> fixed;
    private final KvTable table;
    private final BiConsumer<Peer, String> changes;

    /** @param changes is told who changed what */
    OwnSettings(Map<String, String> fixed, KvTable table, BiConsumer<Peer, String> changes) {
        this.changes = changes;
        this.fixed = Map.copyOf(fixed);
        this.table = table;
    }

    /** Whether routes carry the order of ordered topics. */
    boolean ordersTopics() {
        return !"false".equals(table.get(NAMESPACE, ORDER));
    }

    private Map<String, String> all() {
        Map<String, String> all = new TreeMap<>(fixed);
        all.put(ORDER, Boolean.toString(ordersTopics()));
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
        List<String> problems = new ArrayList<>();
        String order = null;
        for (String line : new String(request.body(), StandardCharsets.UTF_8).lines().map(String::strip).toList()) {
            int sign = line.indexOf('=');
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            String key = sign < 0 ? line : line.substring(0, sign).strip();
            String value = sign < 0 ? "" : line.substring(sign + 1).strip();
            if (key.equals(ORDER) && (value.equals("true") || value.equals("false"))) {
                order = value;
            } else if (key.equals(ORDER)) {
                problems.add(ORDER + ": true or false is due");
            } else if (!value.equals(all.get(key))) {
                problems.add(key + ": it cannot be changed while the name server runs; set it in the"
                        + " configuration file and restart");
            }
        }
        if (!problems.isEmpty()) {
            return request.refuse(ResponseCode.NO_PERMISSION, "nothing was changed. " + String.join("; ", problems));
        }
        LateAnswer answer = new LateAnswer(peer, request);
        if (order == null || order.equals(all.get(ORDER))) {
            answer.accept(null);
        } else {
            table.put(NAMESPACE, ORDER, order, answer);
            changes.accept(peer, "setting " + ORDER + " of the name server became " + order);
        }
        return answer.now();
    }
}
