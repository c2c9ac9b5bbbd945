package io.posthorse.cli;

import io.posthorse.server.NameServerProcess;
import io.posthorse.server.Server;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;

/** What the console says once something runs: where it listens, where its data is, what it promises. */
final class Announcement {
    private Announcement() {}

    /** Of a broker, and the name server beside it. */
    static void broker(Server server, long ms) throws IOException {
        ServerConfig config = server.config();
        String host = config.listen().bind();
        ready(ms);
        if (server.nameServerPort() != ServerConfig.OFF) {
            nameServer(host, server.nameServerPort());
        }
        System.out.printf("  broker       %s:%d   cluster %s, broker %s%n", host, server.brokerPort(),
                config.identity().cluster(), config.identity().brokerName());
        if (!config.identity().nameServers().isEmpty()) {
            System.out.printf("  registers at %s%n", String.join(";", config.identity().nameServers()));
        }
        grpc(server, host);
        if (server.openwirePort() != ServerConfig.OFF) {
            System.out.printf("  JMS          tcp://%s:%d   (what ActiveMQ clients call broker URL)%n", host,
                    server.openwirePort());
        }
        System.out.printf("  data         %s   flush %s: %s%n", directory(config),
                config.storage().flush(),
                config.storage().flush() == ServerConfig.FlushMode.SYNC_FLUSH
                        ? "acknowledged means on the disk"
                        : "acknowledged survives a killed process; a power cut may cost the last "
                                + config.storage().flushIntervalMs() + " ms");
        access(server, config);
    }

    /** Of a name server alone. */
    static void nameServer(NameServerProcess server, long ms) {
        ready(ms);
        nameServer(server.config().listen().bind(), server.port());
        System.out.printf("  data         %s   key-value configuration; routes are what brokers register%n",
                directory(server.config()));
    }

    private static void ready(long ms) {
        System.out.printf("Posthorse is ready after %d ms.%n", ms);
    }

    private static Path directory(ServerConfig config) {
        return Path.of(config.storage().directory()).toAbsolutePath();
    }

    private static void nameServer(String host, int port) {
        System.out.printf("  name server  %s:%d   (what RocketMQ clients call namesrvAddr)%n", host, port);
    }

    /** Named before it is open where its number is known, so that nobody waits for it. */
    private static void grpc(Server server, String host) {
        int configured = server.config().listen().grpcPort();
        try {
            if (configured != ServerConfig.OFF) {
                System.out.printf("  gRPC         %s:%d   (what RocketMQ 5 clients call endpoints)%n", host,
                        configured == 0 ? server.grpcPort() : configured);
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
    }

    private static void access(Server server, ServerConfig config) throws IOException {
        if (!config.access().enabled()) {
            return;
        }
        String secret = server.secretFile();
        System.out.printf("  access       users only%s%s%n",
                secret == null
                        ? ""
                        : "; the first super user and its secret are in "
                                + Path.of(config.storage().directory()).resolve(secret).toAbsolutePath()
                                + ": read it, keep it elsewhere, delete the file",
                config.listen().tls().isOn()
                        ? ""
                        : "; without a certificate whoever is on the way can repeat signed requests");
    }
}
