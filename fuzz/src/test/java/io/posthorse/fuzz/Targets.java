package io.posthorse.fuzz;

import io.posthorse.auth.AccessTarget;
import io.posthorse.broker.DirectoryTarget;
import io.posthorse.broker.EventTarget;
import io.posthorse.broker.SectionsTarget;
import io.posthorse.broker.SetAsideTarget;
import io.posthorse.format.rocketmq.RocketmqTarget;
import io.posthorse.fuzz.reading.Target;
import io.posthorse.log.IndexTarget;
import io.posthorse.log.KeysTarget;
import io.posthorse.log.MarkTarget;
import io.posthorse.log.SegmentsTarget;
import io.posthorse.protocol.openwire.JmsTarget;
import io.posthorse.server.TableTarget;
import java.util.Map;
import java.util.TreeMap;

/** All targets by name. The corpus of each is in {@code src/test/resources/corpus/NAME}. */
final class Targets {
    static final Map<String, Target> ALL = new TreeMap<>(Map.ofEntries(
            Map.entry("access", new AccessTarget()),
            Map.entry("directory", new DirectoryTarget()),
            Map.entry("event", new EventTarget()),
            Map.entry("index", new IndexTarget()),
            Map.entry("jms", new JmsTarget()),
            Map.entry("keys", new KeysTarget()),
            Map.entry("mark", new MarkTarget()),
            Map.entry("rocketmq", new RocketmqTarget()),
            Map.entry("sections", new SectionsTarget()),
            Map.entry("segments", new SegmentsTarget()),
            Map.entry("set-aside", new SetAsideTarget()),
            Map.entry("table", new TableTarget())));

    private Targets() {}

    /** Returns the target with that name, or the canary. */
    static Target named(String name) {
        Target target = name.equals("canary") ? new CanaryTarget() : ALL.get(name);
        if (target == null) {
            throw new IllegalArgumentException("There is no target " + name + ": " + ALL.keySet());
        }
        return target;
    }
}
