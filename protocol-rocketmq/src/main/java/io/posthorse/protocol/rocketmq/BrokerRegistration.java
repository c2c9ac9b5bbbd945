package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicListener;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestSigner;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.net.HostPort;
import io.posthorse.net.SessionFactory;
import io.posthorse.platform.Timers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The registration of this broker with name servers in other processes, including RocketMQ's own. It sends all topics every
 * 30 s and when a connection is made, changes at once, and unregisters when the broker stops.
 */
public final class BrokerRegistration implements TopicListener, Registrations {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerRegistration.class);
    private static final long REGISTER_MS = 30_000;
    /** Time in ms for which changes of topics are collected, where nobody waits for them. */
    private static final long COLLECT_MS = 50;
    /** Time in ms after which a refused registration is tried again: a name server may learn of the user late. */
    private static final long REFUSED_MS = 1_000;
    private static final int WAITERS_MAX = 10_000;
    /** Characters of topics in one frame; more topics take several frames. */
    private static final int FRAME_CHARS = 1 << 20;

    private final Broker broker;
    private final RocketmqSettings settings;
    private final LongSupplier brokerId;
    private final Timers timers;
    private String haHost;
    private int haPort = -1;
    private BiConsumer<String, String> onMaster = (master, ha) -> { };
    /** The links, each with the numbers of the registrations that its name server has not answered yet. */
    private final Map<NameServerLink, TreeSet<Long>> links = new LinkedHashMap<>();
    private final TreeSet<String> changed = new TreeSet<>();
    /** Those who wait, by the last registration that they wait for. */
    private final TreeMap<Long, List<Runnable>> waiting = new TreeMap<>();
    private int waiters;
    private boolean isScheduled;
    private long round;
    private long version = 1;
    private long versionMs;
    private boolean stopped;

    /** Opens connections to other machines. */
    public interface Dialer {
        /** Connects to host:port, or else runs {@code failed}; both on the owner's thread. */
        void dial(String address, SessionFactory sessions, Runnable failed);
    }

    /**
     * @param brokerId supplies 0 for a master, above 0 for a slave
     * @param nameServers host:port of each
     * @param signer supplies what signs the requests; null where nothing is signed
     */
    public BrokerRegistration(
            Broker broker, RocketmqSettings settings, LongSupplier brokerId, List<String> nameServers, Timers timers,
            Dialer dialer, Supplier<RequestSigner> signer) {
        this.broker = broker;
        this.settings = settings;
        this.brokerId = brokerId;
        this.timers = timers;
        nameServers.forEach(address -> links.put(
                new NameServerLink(address, dialer, timers, signer, this::opened), new TreeSet<>()));
    }

    /**
     * Announces the port for slaves.
     *
     * @param host that slaves are told to connect to; null for the one that clients are told
     */
    public void announceHa(String host, int port) {
        haHost = host;
        haPort = port;
    }

    /** Sets a slave's listener for its master: the address for clients, and the one for slaves, either may be empty. */
    public void onMaster(BiConsumer<String, String> listener) {
        onMaster = listener;
    }

    /** Registers again soon: what is announced has changed. */
    public void registerAgain() {
        links.keySet().forEach(this::opened);
    }

    /** Begins to connect, and to listen for topics. */
    public void start() {
        if (links.isEmpty()) {
            return;
        }
        versionMs = broker.now();
        broker.onTopics(this);
        links.keySet().forEach(NameServerLink::dial);
        timers.after(REGISTER_MS, this::renew);
    }

    /** Unregisters this broker from the name servers. */
    public void stop() {
        stopped = true;
        links.keySet().forEach(link -> {
            link.stop();
            if (link.isOpen()) {
                link.tell(RequestCode.UNREGISTER_BROKER, fields(link));
            }
        });
    }

    private void opened(NameServerLink link) {
        all().forEach(body -> register(link, body));
    }

    private void renew() {
        if (!stopped) {
            List<byte[]> bodies = all();
            links.keySet().forEach(link -> bodies.forEach(body -> register(link, body)));
            timers.after(REGISTER_MS, this::renew);
        }
    }

    @Override
    public void created(Topic topic) {
        changed(topic);
    }

    @Override
    public void deleted(Topic topic) {
        changed(topic);
    }

    @Override
    public void changed(Topic topic) {
        changed.add(topic.name());
        scheduleChanges();
    }

    /** Registers the topic that has this broker's name, since what it announces is known only now. */
    public void announce() {
        Topic own = broker.topic(settings.brokerName());
        if (!links.isEmpty() && own != null) {
            changed(own);
        }
    }

    private void scheduleChanges() {
        if (!isScheduled) {
            isScheduled = true;
            timers.after(COLLECT_MS, () -> {
                isScheduled = false;
                registerChanges();
            });
        }
    }

    /** Registers all topics again, since the permission of the whole broker changed. */
    public void permissionChanged() {
        if (!links.isEmpty()) {
            broker.topics().forEach(topic -> changed.add(topic.name()));
            scheduleChanges();
        }
    }

    private void registerChanges() {
        if (changed.isEmpty() || stopped) {
            return;
        }
        List<byte[]> bodies = bodies(List.copyOf(changed), true);
        changed.clear();
        links.keySet().forEach(link -> bodies.forEach(body -> register(link, body)));
    }

    @Override
    public void confirm(Runnable then) {
        if (links.isEmpty() || waiters >= WAITERS_MAX) {
            then.run();
            return;
        }
        waiters++;
        // the listeners of the commit that released the answer are called after it
        timers.after(0, () -> {
            registerChanges();
            waiting.computeIfAbsent(round, r -> new ArrayList<>()).add(then);
            release();
        });
    }

    private void release() {
        long open = Long.MAX_VALUE;
        for (Map.Entry<NameServerLink, TreeSet<Long>> link : links.entrySet()) {
            if (link.getKey().isAnswering() && !link.getValue().isEmpty()) {
                open = Math.min(open, link.getValue().first());
            }
        }
        Map<Long, List<Runnable>> due = waiting.headMap(open, false);
        List<Runnable> all = due.values().stream().flatMap(List::stream).toList();
        due.clear();
        waiters -= all.size();
        all.forEach(Runnable::run);
    }

    private void register(NameServerLink link, byte[] body) {
        if (!link.isOpen()) {
            return;
        }
        CRC32 crc = new CRC32();
        crc.update(body);
        Map<String, String> fields = fields(link);
        fields.put("haServerAddr", haAddress(link));
        fields.put("compressed", "false");
        fields.put("enableActingMaster", "false");
        fields.put("bodyCrc32", Integer.toString((int) crc.getValue() & 0x7FFFFFFF));
        long number = ++round;
        links.get(link).add(number);
        link.ask(RequestCode.REGISTER_BROKER, fields, body, answer -> {
            links.get(link).remove(number);
            answered(link, answer);
            if (answer != null && answer.code() == ResponseCode.NO_PERMISSION && link.mayRetry()) {
                timers.after(REFUSED_MS, () -> retry(link));
            }
            release();
        });
    }

    private void retry(NameServerLink link) {
        link.retried();
        if (!stopped) {
            all().forEach(body -> register(link, body));
        }
    }

    private String haAddress(NameServerLink link) {
        return haPort < 0 ? "" : haHost != null ? HostPort.text(haHost, haPort)
                : Addresses.at(settings, link.local(), haPort);
    }

    private void answered(NameServerLink link, Frame answer) {
        if (answer == null) {
            return;
        }
        boolean isDone = answer.code() == ResponseCode.SUCCESS;
        boolean wasLost = link.isLost();
        if (isDone && brokerId.getAsLong() > 0 && answer.field("masterAddr") != null) {
            String ha = answer.field("haServerAddr");
            onMaster.accept(answer.field("masterAddr"), ha == null ? "" : ha);
        }
        if (isDone && link.isNewlyKnown()) {
            LOG.info("Registered with the name server {}{}", link.address(), wasLost ? ", which is back" : "");
        } else if (!isDone && link.isNewlyRefused(String.valueOf(answer.remark()))) {
            LOG.warn("The name server {} refuses to register this broker: code {}, {}", link.address(), answer.code(),
                    answer.remark());
        }
    }

    /** Returns whether there are name servers in other processes. */
    boolean hasNameServers() {
        return !links.isEmpty();
    }

    /** Asks one name server after another for a topic's route; passes on the first answer, or null where there is none. */
    void askRoute(String topic, Consumer<Frame> then) {
        askRoute(links.keySet().iterator(), topic, then);
    }

    private void askRoute(Iterator<NameServerLink> left, String topic, Consumer<Frame> then) {
        while (left.hasNext()) {
            NameServerLink link = left.next();
            if (link.isAnswering()) {
                Map<String, String> fields = Map.of("topic", topic, "acceptStandardJsonOnly", "true");
                link.ask(RequestCode.GET_ROUTEINFO_BY_TOPIC, fields, new byte[0], answer -> {
                    if (answer != null) {
                        then.accept(answer);
                    } else {
                        askRoute(left, topic, then);
                    }
                });
                return;
            }
        }
        then.accept(null);
    }

    private Map<String, String> fields(NameServerLink link) {
        Map<String, String> fields = new HashMap<>();
        fields.put("brokerName", settings.brokerName());
        fields.put("brokerAddr", Addresses.route(settings, link.local()));
        fields.put("clusterName", settings.cluster());
        fields.put("brokerId", Long.toString(brokerId.getAsLong()));
        return fields;
    }

    private List<byte[]> all() {
        return bodies(broker.topics().stream().map(Topic::name).toList(), false);
    }

    /** Returns the bodies that the topics need; where there are several, or changes, each has a new version. */
    private List<byte[]> bodies(Collection<String> names, boolean changes) {
        List<byte[]> bodies = new ArrayList<>();
        StringBuilder present = new StringBuilder();
        JsonWriter gone = new JsonWriter().beginArray();
        int left = names.size();
        for (String name : names) {
            left--;
            Topic topic = broker.topic(name);
            if (topic == null) {
                gone.value(name);
            } else {
                JsonWriter out = new JsonWriter().beginObject();
                TopicRequests.write(
                        out.name(name), topic, settings.allowed(topic.settings().permissions()),
                        Math.max(settings.announced(name), TopicRequests.flag(topic)));
                present.append(present.isEmpty() ? "" : ",").append(out.toString(), 1, out.toString().length());
            }
            if (present.length() > FRAME_CHARS && left > 0) {
                bodies.add(body(present, "[]", true));
                present.setLength(0);
            }
        }
        bodies.add(body(present, gone.endArray().toString(), changes || !bodies.isEmpty()));
        return bodies;
    }

    /**
     * Returns a body.
     *
     * @param gone names of deleted topics: this project's name servers drop them; RocketMQ's ignore them, and learn of a
     *     deletion from the tool that deletes the topic
     */
    private byte[] body(CharSequence present, String gone, boolean changes) {
        if (changes) {
            version++;
            versionMs = broker.now();
        }
        String text = "{\"filterServerList\":[],\"topicConfigSerializeWrapper\":{\"dataVersion\":{\"counter\":" + version
                + ",\"stateVersion\":0,\"timestamp\":" + versionMs + "},\"goneTopics\":" + gone
                + ",\"topicConfigTable\":{" + present + "}}}";
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
