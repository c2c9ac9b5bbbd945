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
 * The port for JMS clients. Its codec is loaded with the first connection, or at the start where an earlier run left work:
 * a server without JMS clients does not wait for it.
 */
final class OpenwirePort implements SessionFactory {
    private static final Logger LOG = LoggerFactory.getLogger(OpenwirePort.class);
    /** A command takes memory up to three times: as received, as decoded, as stored. */
    private static final int PART_OF_HEAP = 5;
    /** Ms before the broker speaks first: a client that starts encryption speaks before it, and may be slow. */
    private static final long TLS_PATIENCE_MS = 3_000;
    /**
     * The same without encryption: a client of another protocol must not get a greeting of this one before it is turned
     * away.
     */
    private static final long PATIENCE_MS = 200;

    /** Ms after the start, so that the start does not wait for it. */
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
     * @param reader reads messages that may be on the disk only
     * @param gate decides what users may do
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

    /** Opens the port; returns its number. */
    int open(Listening ports, Tls tls) throws IOException {
        mayEncrypt = tls != null;
        network.onOwner(() -> {
            if (OpenwireProtocol.hasLeftWork(shard.broker())) {
                protocol();
            } else if (OpenwireProtocol.hasSubscriptions(shard.broker())) {
                network.timers().after(SWEEP_AFTER_MS, this::protocol); // messages expire without a client, too
            }
            return null;
        });
        try {
            return ports.open(network, config.listen().openwirePort(), Purpose.JMS, tls, this);
        } catch (IOException e) {
            if (config.given().containsKey(Purpose.JMS.key())) {
                throw e;
            }
            LOG.warn("JMS is not available; all other ports are open. {}", e.getMessage());
            return ServerConfig.OFF;
        }
    }

    /** Stops the protocol: the process ends. Called on the owner's thread. */
    void stop() {
        if (protocol != null) {
            protocol.stop();
        }
    }

    @Override
    public Session open(Connection connection) {
        return protocol().open(connection);
    }

    /**
     * Returns the maximum length of a command: the configured one, as far as the heap and a log segment have room for it.
     */
    private int frameBytesMax() {
        int configured = config.topics().jmsCommandBytesMax();
        int segment = config.storage().segmentBytes();
        long possible = Math.min(Runtime.getRuntime().maxMemory() / PART_OF_HEAP, segment - segment / 16);
        if (possible < configured) {
            LOG.info("Commands of JMS clients are limited to {} bytes instead of {} (jms.command.bytes.max): the maximum is"
                    + " a fifth of the heap, and a log segment.", possible, configured);
        }
        return (int) Math.min(configured, possible);
    }

    private OpenwireProtocol protocol() {
        if (protocol == null) {
            OpenwireSettings settings = new OpenwireSettings(
                    config.identity().brokerName(), rocketmq::autoCreateTopics, config.topics().deadLetters(),
                    frameBytesMax(), mayEncrypt ? TLS_PATIENCE_MS : PATIENCE_MS, config.limits().shares());
            OpenwireProtocol created = new OpenwireProtocol(
                    shard, new Deliveries(shard, network.owner(), network.timers(), reader),
                    new OldMessages(shard.broker(), reader), Clock.system(), network.timers(), settings, gate);
            created.start();
            protocol = created;
        }
        return protocol;
    }
}
