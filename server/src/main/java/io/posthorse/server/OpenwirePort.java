package io.posthorse.server;

import io.posthorse.access.Gate;
import io.posthorse.broker.OldMessages;
import io.posthorse.broker.Shard;
import io.posthorse.broker.delivery.Deliveries;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.net.Connection;
import io.posthorse.net.Network;
import io.posthorse.net.Session;
import io.posthorse.net.SessionFactory;
import io.posthorse.net.Tls;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.protocol.openwire.OpenwireProtocol;
import io.posthorse.protocol.openwire.OpenwireSettings;
import io.posthorse.server.Listening.Purpose;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port for JMS clients. Its codec is loaded with the first connection, or at the start where an earlier run left
 * something to do: who has no JMS clients does not wait for it.
 */
final class OpenwirePort implements SessionFactory {
    private static final Logger LOG = LoggerFactory.getLogger(OpenwirePort.class);
    /** A command is in memory whole, up to three times over: as it came, as it is understood, as it is stored. */
    private static final int PART_OF_HEAP = 5;
    /** A client that wants to be encrypted says so first, and may be slow. */
    private static final long TLS_PATIENCE_MS = 3_000;
    /** So does one that speaks something else, which is to hear nothing of this protocol before it is told so. */
    private static final long PATIENCE_MS = 200;

    /** A start is not kept waiting by it. */
    private static final long SWEEP_AFTER_MS = 5_000;

    private final ServerConfig config;
    private final RocketmqSettings rocketmq;
    private final Shard shard;
    private final Network network;
    private final Background reader;
    private final Gate gate;
    private OpenwireProtocol protocol;
    private boolean mayEncrypt;

    /**
     * @param reader reads messages that may have to come from the disk
     * @param gate says who may do what
     */
    OpenwirePort(
            ServerConfig config, RocketmqSettings rocketmq, Shard shard, Network network, Background reader,
            Gate gate) {
        this.config = config;
        this.rocketmq = rocketmq;
        this.shard = shard;
        this.network = network;
        this.reader = reader;
        this.gate = gate;
    }

    /** Begins to listen; returns the port. */
    int open(Listening ports, Tls tls) throws IOException {
        mayEncrypt = tls != null;
        network.onOwner(() -> {
            if (OpenwireProtocol.hasLeftWork(shard.broker())) {
                protocol();
            } else if (OpenwireProtocol.hasSubscriptions(shard.broker())) {
                network.timers().after(SWEEP_AFTER_MS, this::protocol); // what expires goes without a client, too
            }
            return null;
        });
        try {
            return ports.open(network, config.listen().openwirePort(), Purpose.JMS, tls, this);
        } catch (IOException e) {
            if (config.given().containsKey(Purpose.JMS.key())) {
                throw e;
            }
            LOG.warn("There is no JMS; all other ports are open. {}", e.getMessage());
            return ServerConfig.OFF;
        }
    }

    /** The process ends; on the owner's thread. */
    void stop() {
        if (protocol != null) {
            protocol.stop();
        }
    }

    @Override
    public Session open(Connection connection) {
        return protocol().open(connection);
    }

    /** Greatest command that is taken: what is asked for, where the heap and a segment of the log have room for it. */
    private int frameBytesMax() {
        int asked = config.topics().jmsCommandBytesMax();
        int segment = config.storage().segmentBytes();
        long possible = Math.min(Runtime.getRuntime().maxMemory() / PART_OF_HEAP, segment - segment / 16);
        if (possible < asked) {
            LOG.info("Commands of JMS clients may have {} bytes, and not {} (jms.command.bytes.max): a fifth of the heap,"
                    + " and no more than a segment of the log.", possible, asked);
        }
        return (int) Math.min(asked, possible);
    }

    private OpenwireProtocol protocol() {
        if (protocol == null) {
            OpenwireSettings settings = new OpenwireSettings(
                    config.identity().brokerName(), rocketmq::autoCreateTopics, config.topics().deadLetters(),
                    frameBytesMax(), mayEncrypt ? TLS_PATIENCE_MS : PATIENCE_MS, config.limits().shares());
            OpenwireProtocol made = new OpenwireProtocol(
                    shard, new Deliveries(shard, network.owner(), network.timers(), reader),
                    new OldMessages(shard.broker(), reader), Clock.system(), network.timers(), settings, gate);
            made.start();
            protocol = made;
        }
        return protocol;
    }
}
