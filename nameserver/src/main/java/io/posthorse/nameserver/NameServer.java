package io.posthorse.nameserver;

import static io.posthorse.codec.rocketmq.RequestCode.ADD_WRITE_PERM_OF_BROKER;
import static io.posthorse.codec.rocketmq.RequestCode.DELETE_KV_CONFIG;
import static io.posthorse.codec.rocketmq.RequestCode.DELETE_TOPIC_IN_NAMESRV;
import static io.posthorse.codec.rocketmq.RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER;
import static io.posthorse.codec.rocketmq.RequestCode.GET_BROKER_CLUSTER_INFO;
import static io.posthorse.codec.rocketmq.RequestCode.GET_KVLIST_BY_NAMESPACE;
import static io.posthorse.codec.rocketmq.RequestCode.GET_KV_CONFIG;
import static io.posthorse.codec.rocketmq.RequestCode.GET_NAMESRV_CONFIG;
import static io.posthorse.codec.rocketmq.RequestCode.GET_ROUTEINFO_BY_TOPIC;
import static io.posthorse.codec.rocketmq.RequestCode.GET_SYSTEM_TOPIC_LIST_FROM_NS;
import static io.posthorse.codec.rocketmq.RequestCode.GET_TOPICS_BY_CLUSTER;
import static io.posthorse.codec.rocketmq.RequestCode.PUT_KV_CONFIG;
import static io.posthorse.codec.rocketmq.RequestCode.QUERY_DATA_VERSION;
import static io.posthorse.codec.rocketmq.RequestCode.REGISTER_BROKER;
import static io.posthorse.codec.rocketmq.RequestCode.UNREGISTER_BROKER;
import static io.posthorse.codec.rocketmq.RequestCode.UPDATE_NAMESRV_CONFIG;
import static io.posthorse.codec.rocketmq.RequestCode.WIPE_WRITE_PERM_OF_BROKER;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * The name server: answers RocketMQ's clients and tools which broker hosts which topic. It merges the brokers of this
 * process with remote RocketMQ brokers that register, and has the key-value configuration. It is used from one thread and
 * has no timer: expired registrations are dropped with the next request or call of {@link #tick}.
 */
public final class NameServer implements RequestHandler {
    private static final long SCAN_MS = 5_000;
    private static final int BODY_BYTES_MAX = FrameCodec.FRAME_BYTES_MAX - FrameCodec.HEADER_BYTES_MAX;
    private static final String ORDER_TOPIC_CONFIG = "ORDER_TOPIC_CONFIG";

    private final LongSupplier clockMs;
    private final List<LocalBroker> locals;
    private final OwnSettings settings;
    private final NameServerLimits limits;
    private final RouteRegistry registry;
    private final KvTable kvTable;
    private final KvRequests kv;
    private final Set<String> readOnly = new HashSet<>();
    private ChangeListener onChange = ChangeListener.none();
    private long nextScanMs;

    /**
     * Creates a name server without remote brokers.
     *
     * @param clockMs time in milliseconds
     * @param locals the brokers of this process; empty where it is a name server only
     * @param store stores the key-value configuration
     * @param settings settings that a request for the name server's configuration shows
     */
    public NameServer(
            LongSupplier clockMs,
            List<LocalBroker> locals,
            KvStore store,
            Map<String, String> settings,
            NameServerLimits limits) {
        this.clockMs = clockMs;
        this.locals = List.copyOf(locals);
        this.limits = limits;
        this.registry = new RouteRegistry(clockMs, limits, (by, what) -> onChange.registration(by, what));
        this.kvTable = new KvTable(store, limits);
        this.kv = new KvRequests(kvTable, this::changed);
        this.settings = new OwnSettings(settings, kvTable, this::changed);
        this.nextScanMs = clockMs.getAsLong() + SCAN_MS;
    }

    /** Sets the listener of changes. */
    public void onChange(ChangeListener listener) {
        onChange = listener;
    }

    /** Adds a setting that tools may change; a value that they set in an earlier run is applied. */
    public void live(LiveSetting setting) {
        settings.live(setting);
    }

    private void changed(Peer by, String what) {
        onChange.change(by, what);
    }

    @Override
    public boolean accepts(int code) {
        return switch (code) {
            case PUT_KV_CONFIG, GET_KV_CONFIG, DELETE_KV_CONFIG, GET_KVLIST_BY_NAMESPACE -> true;
            case REGISTER_BROKER, UNREGISTER_BROKER, QUERY_DATA_VERSION -> true;
            case GET_ROUTEINFO_BY_TOPIC, GET_BROKER_CLUSTER_INFO -> true;
            case GET_ALL_TOPIC_LIST_FROM_NAMESERVER, GET_TOPICS_BY_CLUSTER, GET_SYSTEM_TOPIC_LIST_FROM_NS -> true;
            case WIPE_WRITE_PERM_OF_BROKER, ADD_WRITE_PERM_OF_BROKER, DELETE_TOPIC_IN_NAMESRV -> true;
            case GET_NAMESRV_CONFIG, UPDATE_NAMESRV_CONFIG -> true;
            default -> false;
        };
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        tick();
        return switch (request.code()) {
            case GET_ROUTEINFO_BY_TOPIC -> route(peer, request);
            case GET_BROKER_CLUSTER_INFO -> answer(request, Answers.cluster(brokers(peer)));
            case GET_ALL_TOPIC_LIST_FROM_NAMESERVER -> topicList(peer, request, null);
            case GET_TOPICS_BY_CLUSTER -> topicList(peer, request, request.require("cluster"));
            case GET_SYSTEM_TOPIC_LIST_FROM_NS -> systemTopics(peer, request);
            case REGISTER_BROKER -> register(peer, request);
            case UNREGISTER_BROKER -> unregister(peer, request);
            case QUERY_DATA_VERSION -> dataVersion(request);
            case WIPE_WRITE_PERM_OF_BROKER -> writable(peer, request, false);
            case ADD_WRITE_PERM_OF_BROKER -> writable(peer, request, true);
            case DELETE_TOPIC_IN_NAMESRV -> deleteTopic(peer, request);
            case GET_NAMESRV_CONFIG -> settings.show(request);
            case UPDATE_NAMESRV_CONFIG -> settings.change(peer, request);
            default -> kv.handle(peer, request);
        };
    }

    @Override
    public void closed(Peer peer) {
        registry.closed(peer);
        dropOldMarks();
    }

    /** Drops expired registrations; cheap while there can be none. */
    public void tick() {
        long nowMs = clockMs.getAsLong();
        if (nowMs >= nextScanMs) {
            nextScanMs = nowMs + SCAN_MS;
            registry.expire();
            dropOldMarks();
        }
    }

    /** Returns the brokers of other processes that registered here and offer a topic, and how they offer it. */
    public List<HostedTopic> registered(String topic) {
        tick();
        return registry.hosting(topic);
    }

    private Frame route(Peer peer, Frame request) {
        String topic = request.require("topic");
        if (topic.length() > limits.nameChars()) {
            return request.refuse(
                    ResponseCode.TOPIC_NOT_EXIST, "no topic can have a name of " + topic.length() + " characters");
        }
        List<HostedTopic> hosts = new ArrayList<>();
        for (LocalBroker local : locals) {
            TopicRoute route = local.topic(topic);
            if (route != null) {
                hosts.add(new HostedTopic(broker(local, peer), route));
            }
        }
        registry.hosting(topic).stream().filter(host -> local(host.broker().name()) == null).forEach(hosts::add);
        if (hosts.isEmpty()) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, noRoute(peer, topic));
        }
        hosts.replaceAll(host -> readOnly.contains(host.broker().name())
                ? new HostedTopic(host.broker(), host.topic().withoutWrite())
                : host);
        String order = settings.ordersTopics() ? kvTable.get(ORDER_TOPIC_CONFIG, topic) : null;
        return request.ok(Answers.route(hosts, order));
    }

    private String noRoute(Peer peer, String topic) {
        List<BrokerRoute> brokers = brokers(peer);
        String start = "No topic route info in name server for the topic: " + topic + ". ";
        if (brokers.isEmpty()) {
            return start + "No broker is registered here: start one with namesrvAddr set to this name server, and"
                    + " see its server log for why it does not register.";
        }
        return start + "None of the " + brokers.size() + " brokers known here hosts it. Create it (mqadmin updateTopic"
                + " -c " + brokers.getFirst().cluster() + " -t " + topic + " -n <this name server>), or let the first"
                + " send create it (autoCreateTopicEnable=true at the broker).";
    }

    private Frame topicList(Peer peer, Frame request, String cluster) {
        return answer(request, Answers.topics(topics(peer, cluster), null));
    }

    /** Returns the answer with that body, or a refusal where it does not fit into a frame. */
    private static Frame answer(Frame request, byte[] body) {
        return body.length <= BODY_BYTES_MAX
                ? request.ok(body)
                : request.refuse(
                        ResponseCode.SYSTEM_ERROR,
                        "the answer has " + body.length + " bytes, more than the " + BODY_BYTES_MAX
                                + " that fit into a frame");
    }

    private List<BrokerRoute> brokers(Peer peer) {
        List<BrokerRoute> brokers = new ArrayList<>();
        locals.forEach(local -> brokers.add(broker(local, peer)));
        registry.brokers().stream().filter(broker -> local(broker.name()) == null).forEach(brokers::add);
        return brokers;
    }

    /** Returns a broker of this process, with its master or slaves in others. */
    private BrokerRoute broker(LocalBroker local, Peer peer) {
        TreeMap<Long, String> addresses = registry.addresses(local.brokerName());
        addresses.put(local.brokerId(), local.address(peer));
        return new BrokerRoute(local.clusterName(), local.brokerName(), false, addresses);
    }

    /** Returns the topics of a cluster's brokers, or of all brokers where the cluster is null. */
    private Set<String> topics(Peer peer, String cluster) {
        Set<String> topics = new TreeSet<>();
        for (BrokerRoute broker : brokers(peer)) {
            if (cluster == null || cluster.equals(broker.cluster())) {
                topics.addAll(topics(broker.name()));
            }
        }
        return topics;
    }

    private Collection<String> topics(String brokerName) {
        LocalBroker local = local(brokerName);
        return local == null ? registry.topics(brokerName) : local.topics();
    }

    private LocalBroker local(String brokerName) {
        for (LocalBroker local : locals) {
            if (local.brokerName().equals(brokerName)) {
                return local;
            }
        }
        return null;
    }

    private Frame systemTopics(Peer peer, Frame request) {
        Set<String> topics = new TreeSet<>();
        String address = null;
        for (BrokerRoute broker : brokers(peer)) {
            topics.add(broker.name());
            topics.add(broker.cluster());
            address = address == null ? broker.addresses().firstEntry().getValue() : address;
        }
        return request.ok(Answers.topics(topics, address));
    }

    private Frame register(Peer peer, Frame request) {
        Registration registration = Registration.of(request, limits);
        LocalBroker local = local(registration.brokerName());
        if (local != null && local.brokerId() == registration.brokerId()) {
            return request.refuse(
                    ResponseCode.SYSTEM_ERROR,
                    "the broker in the name server's own process has the name " + registration.brokerName()
                            + " and the id " + local.brokerId() + ": give this broker another brokerName, or a slave"
                            + " another brokerId");
        }
        String refusal = registry.register(peer, registration);
        if (refusal != null) {
            return request.refuse(ResponseCode.SYSTEM_ERROR, refusal);
        }
        Map<String, String> fields = new LinkedHashMap<>();
        Registration master = registry.master(registration.brokerName());
        if (registration.brokerId() != 0 && master != null) {
            fields.put("haServerAddr", master.haAddress());
            fields.put("masterAddr", master.address());
        } else if (registration.brokerId() != 0 && local != null && local.brokerId() == 0) {
            fields.put("haServerAddr", local.haAddress(peer));
            fields.put("masterAddr", local.address(peer));
        }
        Map<String, String> order = kvTable.all(ORDER_TOPIC_CONFIG);
        byte[] body = order.isEmpty() ? new byte[0] : Answers.table(order);
        return request.answer(ResponseCode.SUCCESS, null, fields, body);
    }

    private Frame unregister(Peer peer, Frame request) {
        registry.unregister(
                peer, request.require("brokerName"), request.number("brokerId", 0), request.field("brokerAddr"));
        dropOldMarks();
        return request.ok(Map.of());
    }

    /** Answers a broker whether its topics changed since it registered, so that it need not send them again. */
    private Frame dataVersion(Frame request) {
        DataVersion known = registry.version(request.require("brokerName"));
        boolean changed = known.equals(DataVersion.NONE) || !known.equals(DataVersion.of(request.body()));
        return request.answer(
                ResponseCode.SUCCESS, null, Map.of("changed", Boolean.toString(changed)), known.json());
    }

    private Frame writable(Peer peer, Frame request, boolean writable) {
        String brokerName = request.require("brokerName");
        int count = topics(brokerName).size();
        boolean isKnown = local(brokerName) != null || registry.knows(brokerName);
        if (isKnown && readOnly.contains(brokerName) == writable) {
            changed(peer, "broker " + brokerName + (writable ? " was made writable" : " was made read-only") + " in routes");
        }
        if (writable) {
            readOnly.remove(brokerName);
            return request.ok(Map.of("addTopicCount", Integer.toString(count)));
        }
        readOnly.add(brokerName);
        dropOldMarks();
        return request.ok(Map.of("wipeTopicCount", Integer.toString(count)));
    }

    /** Drops the read-only mark of names without a broker: one that registers again is writable. */
    private void dropOldMarks() {
        readOnly.removeIf(name -> local(name) == null && !registry.knows(name));
    }

    private Frame deleteTopic(Peer peer, Frame request) {
        if (registry.deleteTopic(request.require("topic"), request.field("clusterName"))) {
            changed(peer, "topic " + request.field("topic") + " was removed from routes");
        }
        return request.ok(Map.of());
    }
}
