package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.broker.Broker;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.net.Connection;
import io.posthorse.net.Session;
import io.posthorse.net.SessionFactory;
import io.posthorse.platform.Timers;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this broker known to name servers in other processes, RocketMQ's own among them: every 30 s, within a second of
 * a new topic, and again after a connection was lost. Says goodbye when the broker stops.
 */
public final class BrokerRegistration {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerRegistration.class);
    private static final long LOOK_MS = 1_000;
    private static final long REGISTER_MS = 30_000;
    private static final long REDIAL_MS = 5_000;

    private final Broker broker;
    private final RocketmqSettings settings;
    private final long brokerId;
    private final Timers timers;
    private final Dialer dialer;
    private final List<Link> links = new ArrayList<>();
    private String table = "";
    private int topics = -1;
    private long counter;
    private long changedMs;
    private long sinceMs;
    private int opaque;
    private boolean stopped;

    /** Opens connections to other machines. */
    public interface Dialer {
        /** Connects to host:port, or has {@code failed} run; both on the owner's thread. */
        void dial(String address, SessionFactory sessions, Runnable failed);
    }

    /** @param nameServers host:port of each */
    public BrokerRegistration(
            Broker broker, RocketmqSettings settings, long brokerId, List<String> nameServers, Timers timers,
            Dialer dialer) {
        this.broker = broker;
        this.settings = settings;
        this.brokerId = brokerId;
        this.timers = timers;
        this.dialer = dialer;
        nameServers.forEach(address -> links.add(new Link(address)));
    }

    public void start() {
        links.forEach(Link::dial);
        timers.after(LOOK_MS, this::look);
    }

    /** Tells the name servers that this broker goes. */
    public void stop() {
        stopped = true;
        links.forEach(Link::leave);
    }

    private void look() {
        if (stopped) {
            return;
        }
        sinceMs += LOOK_MS;
        if (broker.topics().size() != topics || sinceMs >= REGISTER_MS) {
            sinceMs = 0;
            links.forEach(Link::register);
        }
        timers.after(LOOK_MS, this::look);
    }

    private byte[] body() {
        JsonWriter out = new JsonWriter().beginObject();
        broker.topics().forEach(topic -> TopicRequests.write(out.name(topic.name()), topic));
        String now = out.endObject().toString();
        if (!now.equals(table)) {
            table = now;
            topics = broker.topics().size();
            counter++;
            changedMs = broker.now();
        }
        String text = "{\"filterServerList\":[],\"topicConfigSerializeWrapper\":{\"dataVersion\":{\"counter\":" + counter
                + ",\"stateVersion\":0,\"timestamp\":" + changedMs + "},\"topicConfigTable\":" + table + "}}";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** The connection to one name server. */
    private final class Link implements Session {
        private final String address;
        private Connection connection;
        private boolean known;

        Link(String address) {
            this.address = address;
        }

        void dial() {
            if (!stopped) {
                dialer.dial(address, this::opened, this::failed);
            }
        }

        private Session opened(Connection to) {
            connection = to;
            register();
            return this;
        }

        private void failed() {
            if (known || counter <= 1) {
                LOG.warn("The name server {} cannot be reached; tried again every {} s.", address, REDIAL_MS / 1_000);
                known = false;
            }
            timers.after(REDIAL_MS, this::dial);
        }

        private Map<String, String> fields() {
            String host = settings.advertisedHost() != null
                    ? settings.advertisedHost()
                    : connection.local().getAddress().getHostAddress();
            Map<String, String> fields = new HashMap<>();
            fields.put("brokerName", settings.brokerName());
            fields.put("brokerAddr", host + ":" + settings.port());
            fields.put("clusterName", settings.cluster());
            fields.put("brokerId", Long.toString(brokerId));
            return fields;
        }

        void register() {
            if (connection == null) {
                return;
            }
            byte[] body = body();
            CRC32 crc = new CRC32();
            crc.update(body);
            Map<String, String> fields = fields();
            fields.put("haServerAddr", "");
            fields.put("compressed", "false");
            fields.put("enableActingMaster", "false");
            fields.put("bodyCrc32", Integer.toString((int) crc.getValue() & 0x7FFFFFFF));
            send(RequestCode.REGISTER_BROKER, fields, body);
        }

        void leave() {
            if (connection != null) {
                send(RequestCode.UNREGISTER_BROKER, fields(), new byte[0]);
            }
        }

        private void send(int code, Map<String, String> fields, byte[] body) {
            Frame frame = new Frame(code, Frame.JAVA, Frame.VERSION, opaque++, 0, null, fields, body, false);
            byte[] bytes = FrameCodec.encode(frame);
            connection.send(connection.buffer(bytes.length).writeBytes(bytes));
            connection.flush();
        }

        @Override
        public int read(ByteBuf in) {
            while (in.readableBytes() >= 4) {
                int length = FrameCodec.checkLength(in.getInt(in.readerIndex()));
                if (in.readableBytes() < 4 + length) {
                    return 4 + length;
                }
                answered(FrameCodec.decode(in.slice(in.readerIndex() + 4, length)));
                in.skipBytes(4 + length);
            }
            return 0;
        }

        private void answered(Frame answer) {
            if (answer.code() != ResponseCode.SUCCESS) {
                LOG.warn("The name server {} refused to register this broker: code {}, {}", address, answer.code(),
                        answer.remark());
            } else if (!known) {
                known = true;
                LOG.info("Registered with the name server {}", address);
            }
        }

        @Override
        public void closed() {
            connection = null;
            if (!stopped) {
                failed();
            }
        }
    }
}
