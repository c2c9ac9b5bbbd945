package io.posthorse.server;

import io.posthorse.access.Gate;
import io.posthorse.broker.Shard;
import io.posthorse.format.rocketmq.OnlineClients;
import io.posthorse.format.rocketmq.RocketmqSettings;
import io.posthorse.format.rocketmq.Routes;
import io.posthorse.net.BoundPort;
import io.posthorse.net.Network;
import io.posthorse.net.SpokenProtocol;
import io.posthorse.net.Tls;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.QuotaShares;
import io.posthorse.protocol.grpc.GrpcAccess;
import io.posthorse.protocol.grpc.GrpcConnections;
import io.posthorse.protocol.grpc.GrpcListener;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The port for gRPC. Its library takes longer to load than everything else, so it is loaded in parallel with the start, and
 * no other client waits for it. Until then the operating system queues connections.
 */
final class GrpcPort {
    private static final Logger LOG = LoggerFactory.getLogger(GrpcPort.class);

    private final ServerConfig config;
    private final RocketmqSettings settings;
    private final OnlineClients online;
    private final Routes routes;
    private final Runnable opened;
    private final Shard shard;
    private final Network network;
    private final Background reader;
    private final Background names;
    private final Gate gate;
    private final CertificateWatch certificates;
    private final boolean daemon;
    private final BoundPort bound;
    private final PortGuide guide;
    private final CompletableFuture<GrpcListener> listener = new CompletableFuture<>();
    private volatile boolean hasFailed;

    /**
     * @param online receives the port's clients
     * @param routes routes of the other masters
     * @param opened runs on the owner's thread once the port is open and in {@code settings}
     * @param reader thread for reads of messages that may wait for the disk
     * @param names thread for name lookups
     * @param gate permission check
     * @param certificates reloads the operator's certificate; null where there is none
     * @param daemon whether the JVM may end while its thread runs
     * @param guide learns where the library could not be started
     */
    GrpcPort(
            ServerConfig config, RocketmqSettings settings, OnlineClients online, Routes routes, Runnable opened,
            Shard shard, Network network, Background reader, Background names, Gate gate, CertificateWatch certificates,
            boolean daemon, BoundPort bound, PortGuide guide) {
        this.guide = guide;
        this.bound = bound;
        this.config = config;
        this.settings = settings;
        this.online = online;
        this.routes = routes;
        this.opened = opened;
        this.shard = shard;
        this.network = network;
        this.reader = reader;
        this.names = names;
        this.gate = gate;
        this.certificates = certificates;
        this.daemon = daemon;
    }

    /** Loads the library and serves the port; called on a thread that may wait. */
    void open() {
        tell(bound.port()); // before the first call, which may ask for it
        try {
            GrpcListener open = GrpcListener.open(
                    bound, shard, Clock.system(), network.timers(),
                    reader, names, Entropy.system(), settings, online, routes,
                    !gate.isOn() ? null : new GrpcAccess(gate, config.access().zones()), network.owner(),
                    connections(config.listen().tls()), guide.at(SpokenProtocol.GRPC), daemon);
            listener.complete(open);
        } catch (Throwable e) { // whatever happened, nobody may wait for the port forever
            LOG.error("There is no gRPC, and its port is closed again: {} All other ports are open.", e.getMessage(), e);
            hasFailed = true;
            tell(0);
            guide.hasNoGrpc();
            closePort();
            listener.completeExceptionally(e);
        }
    }

    private void tell(int port) {
        network.owner().execute(() -> {
            settings.live().grpcOpened(port);
            opened.run();
        });
    }

    private GrpcConnections connections(ServerConfig.Tls encryption) throws IOException {
        int max = network.connectionsMax();
        QuotaShares shares = config.limits().shares();
        if (encryption.mode() == ServerConfig.TlsMode.DISABLED) {
            return GrpcConnections.plain(max, shares).forwarded(network.forwarded());
        }
        if (certificates == null) {
            return GrpcConnections.either(max, shares).forwarded(network.forwarded());
        }
        Tls tls = GrpcConnections.certificate(
                Encryption.files(encryption), Encryption.clients(encryption), Encryption.isRequired(encryption));
        certificates.add(tls);
        return GrpcConnections.with(tls, max, shares).forwarded(network.forwarded());
    }

    private void closePort() {
        try {
            bound.close();
        } catch (IOException e) {
            LOG.debug("The port for gRPC could not be closed", e);
        }
    }

    /** Returns its port; {@link ServerConfig#OFF} where its library could not be started. */
    int port() {
        return hasFailed ? ServerConfig.OFF : bound.port();
    }

    /**
     * Waits until calls are served: the operating system queues those of the first tenths of a second.
     *
     * @throws IOException where its library could not be loaded or started; all other ports are open
     */
    void await() throws IOException {
        try {
            listener.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException("There is no gRPC", e.getCause());
        }
    }

    /** Waits until the port is open, and closes it. */
    void close() {
        GrpcListener open = listener.exceptionally(failure -> null).join();
        if (open != null) {
            open.close();
        }
    }
}
