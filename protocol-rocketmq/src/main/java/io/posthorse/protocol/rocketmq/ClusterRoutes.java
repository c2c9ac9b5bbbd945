package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.Routes;
import io.posthorse.format.rocketmq.TopicOnBroker;
import io.posthorse.platform.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The brokers of topics: those known in this process, and those of name servers elsewhere. Answers of name servers are
 * cached for a while and stay in use when a name server is unreachable, so that no consumer loses a queue by that.
 */
public final class ClusterRoutes implements Routes {
    private static final Logger LOG = LoggerFactory.getLogger(ClusterRoutes.class);
    private static final long FRESH_MS = 1_000;
    private static final int TOPICS_MAX = 10_000;
    private static final int NAME_MAX = 255;
    private static final int BROKERS_MAX = 1_024;
    /** Maximum callers that wait for the route of one topic; more get at once what is known. */
    private static final int WAITERS_MAX = 10_000;

    private final String ownName;
    private final Function<String, List<TopicOnBroker>> here;
    private final BrokerRegistration nameServers;
    private final Clock clock;
    private final LinkedHashMap<String, Known> known = new LinkedHashMap<>(16, 0.75f, true);

    private static final class Known {
        private List<TopicOnBroker> brokers = List.of();
        private long untilMs = Long.MIN_VALUE;
        private List<Consumer<List<TopicOnBroker>>> waiting = new ArrayList<>();
    }

    /**
     * @param ownName this broker's name: what others say of it is ignored
     * @param here returns how this broker, and those registered in this process, offer a topic
     * @param nameServers links to name servers elsewhere
     */
    public ClusterRoutes(
            String ownName, Function<String, List<TopicOnBroker>> here, BrokerRegistration nameServers, Clock clock) {
        this.ownName = ownName;
        this.here = here;
        this.nameServers = nameServers;
        this.clock = clock;
    }

    @Override
    public void find(String topic, Consumer<List<TopicOnBroker>> then) {
        if (!nameServers.hasNameServers() || topic.isEmpty() || topic.length() > NAME_MAX) {
            then.accept(merged(topic, List.of()));
            return;
        }
        Known route = known.computeIfAbsent(topic, t -> new Known());
        if (nowMs() < route.untilMs || route.waiting.size() >= WAITERS_MAX) {
            then.accept(merged(topic, route.brokers));
            return;
        }
        route.waiting.add(then);
        if (route.waiting.size() == 1) {
            nameServers.askRoute(topic, answer -> answered(topic, route, answer));
        }
        if (known.size() > TOPICS_MAX) {
            known.remove(known.firstEntry().getKey());
        }
    }

    private void answered(String topic, Known route, Frame answer) {
        if (answer != null) {
            route.untilMs = nowMs() + FRESH_MS;
            if (answer.code() == ResponseCode.TOPIC_NOT_EXIST) {
                route.brokers = List.of();
            } else if (answer.code() == ResponseCode.SUCCESS) {
                route.brokers = read(topic, answer.body(), route.brokers);
            }
        }
        List<Consumer<List<TopicOnBroker>>> waiting = route.waiting;
        route.waiting = new ArrayList<>();
        waiting.forEach(then -> then.accept(merged(topic, route.brokers)));
    }

    static List<TopicOnBroker> read(String topic, byte[] body, List<TopicOnBroker> before) {
        try {
            JsonValue.Obj root = JsonReader.read(body).asObject();
            Map<String, TreeMap<Long, String>> addresses = new HashMap<>();
            for (JsonValue item : root.array("brokerDatas")) {
                JsonValue.Obj broker = item.asObject();
                TreeMap<Long, String> its = addresses.computeIfAbsent(broker.text("brokerName", ""), n -> new TreeMap<>());
                for (JsonValue.Member address : broker.object("brokerAddrs").members()) {
                    if (address.value() instanceof JsonValue.Text text) {
                        its.put(Long.parseLong(address.name()), text.value());
                    }
                }
            }
            List<TopicOnBroker> brokers = new ArrayList<>();
            for (JsonValue item : root.array("queueDatas")) {
                JsonValue.Obj queues = item.asObject();
                String name = queues.text("brokerName", "");
                if (addresses.containsKey(name) && brokers.size() < BROKERS_MAX) {
                    brokers.add(new TopicOnBroker(
                            name, addresses.get(name), queues.integer("readQueueNums", 0),
                            queues.integer("writeQueueNums", 0), queues.integer("perm", 0), flag(queues)));
                }
            }
            return brokers;
        } catch (MalformedFrameException | NumberFormatException e) {
            LOG.warn("A name server's route of the topic {} cannot be read ({}); the previous route is kept.", topic,
                    e.getMessage());
            return before;
        }
    }

    /** Returns the flag of a topic; name servers before RocketMQ 5 misspell its name. */
    private static int flag(JsonValue.Obj queues) {
        return queues.integer("topicSysFlag", queues.integer("topicSynFlag", 0));
    }

    /** Merges routes; what this process knows itself takes precedence. */
    private List<TopicOnBroker> merged(String topic, List<TopicOnBroker> elsewhere) {
        TreeMap<String, TopicOnBroker> all = new TreeMap<>();
        elsewhere.forEach(broker -> all.put(broker.brokerName(), broker));
        all.remove(ownName);
        here.apply(topic).forEach(broker -> all.put(broker.brokerName(), broker));
        return List.copyOf(all.values());
    }

    private long nowMs() {
        return clock.nanos() / 1_000_000;
    }
}
