package io.posthorse.cli;

import io.posthorse.server.ClusterNode;
import io.posthorse.server.LogPlace;
import io.posthorse.server.NameServerProcess;
import io.posthorse.server.Server;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The lines on the console after a start: addresses, data directory, and what an acknowledgement means. */
final class Announcement {
    private Announcement() {}

    /** Prints the ignored keys of a configuration, as a list of their own. */
    static void ignored(ServerConfig config) {
        if (!config.ignored().isEmpty()) {
            System.out.println("Ignored, since it means nothing here:");
            config.ignored().forEach(one -> System.out.println("  " + one.replaceFirst(" is ignored: ", ": ")));
        }
    }

    /** Prints warnings, as the last lines of a start. */
    static void warnings(List<String> warnings) {
        warnings.forEach(one -> System.out.println("WARNING: " + one));
    }

    /** Prints the lines of a broker, or of the brokers of a process, and of the name server beside it. */
    static void broker(Server server, long ms) throws IOException {
        ServerConfig config = server.config();
        ServerConfig.Listen listen = config.listen();
        ready(ms);
        if (server.nameServerPort() != ServerConfig.OFF) {
            nameServer(listen, server.nameServerPort());
        }
        for (Server.Served each : server.brokers()) {
            System.out.printf("  broker       %s   cluster %s, broker %s%n", listen.shown(each.port()),
                    config.identity().cluster(), each.name());
        }
        String only = server.brokers().size() == 1 ? "" : "; messages of broker " + config.identity().brokerName() + " only";
        if (!config.identity().nameServers().isEmpty()) {
            System.out.printf("  registers at %s%n", String.join(";", config.identity().nameServers()));
        }
        if (server.grpcPort() != ServerConfig.OFF) {
            System.out.printf("  gRPC         %s   (what RocketMQ 5 clients call endpoints%s)%n",
                    listen.shown(server.grpcPort()), only);
        }
        if (server.openwirePort() != ServerConfig.OFF) {
            System.out.printf("  JMS          tcp://%s   (what ActiveMQ clients call broker URL%s)%n",
                    listen.shown(server.openwirePort()), only);
        }
        System.out.printf("  data         %s   flush %s: %s%n", directory(config),
                config.storage().flush(),
                config.storage().flush() == ServerConfig.FlushMode.SYNC_FLUSH
                        ? "acknowledged means on the disk"
                        : "acknowledged survives a killed process; a power cut may cost the last "
                                + config.storage().flushIntervalMs() + " ms");
        access(server, config);
    }

    /** Prints the lines of a cluster's node. */
    static void clusterNode(ClusterNode node, long ms) {
        ServerConfig config = node.config();
        ready(ms);
        if (node.nameServerPort() != ServerConfig.OFF) {
            nameServer(config.listen(), node.nameServerPort());
        }
        String leader = node.leader();
        System.out.printf("  cluster      %s   node %s of %s; %s%n", config.identity().cluster(), config.cluster().name(),
                String.join(", ", config.cluster().names()),
                leader == null ? "no node leads yet" : "node " + leader + " leads");
        System.out.printf("  clients      %s   (whichever node leads serves them as broker %s)%n",
                String.join(";", config.identity().nameServers()), config.identity().brokerName());
        System.out.printf("  data         %s   acknowledged means on the disks of a majority%n", directory(config));
    }

    /** Returns the lines of the command status about a cluster's node. */
    static List<String> about(ClusterNode node) {
        List<String> about = new ArrayList<>();
        if (node.nameServerPort() != ServerConfig.OFF) {
            about.add("name server " + node.config().listen().shown(node.nameServerPort()));
        }
        about.add("node " + node.config().cluster().name() + " of cluster " + node.config().identity().cluster());
        about.add(RunningServers.data(directory(node.config())));
        return about;
    }

    /** Prints the lines of a name server without a broker. */
    static void nameServer(NameServerProcess server, long ms) {
        ready(ms);
        nameServer(server.config().listen(), server.port());
        System.out.printf("  data         %s   key-value configuration; routes are what brokers register%n",
                directory(server.config()));
    }

    /** Returns the lines of the command status about a broker: its addresses and its data directory. */
    static List<String> about(Server server) {
        ServerConfig config = server.config();
        ServerConfig.Listen listen = config.listen();
        List<String> about = new ArrayList<>();
        if (server.nameServerPort() != ServerConfig.OFF) {
            about.add("name server " + listen.shown(server.nameServerPort()));
        }
        server.brokers().forEach(each -> about.add("broker " + each.name() + " " + listen.shown(each.port())));
        if (server.grpcPort() != ServerConfig.OFF) {
            about.add("gRPC " + listen.shown(server.grpcPort()));
        }
        if (server.openwirePort() != ServerConfig.OFF) {
            about.add("JMS tcp://" + listen.shown(server.openwirePort()));
        }
        about.add(RunningServers.data(directory(config)));
        return about;
    }

    /** Returns the lines of the command status about a name server. */
    static List<String> about(NameServerProcess server) {
        return List.of("name server " + server.config().listen().shown(server.port()),
                RunningServers.data(directory(server.config())));
    }

    /** Prints the place of the server log. */
    static void log(LogPlace place) {
        if (place != null) {
            System.out.printf("  log          %s%n", place.file());
        }
    }

    private static void ready(long ms) {
        System.out.printf("Posthorse is ready after %d ms.%n", ms);
    }

    private static Path directory(ServerConfig config) {
        return Path.of(config.storage().directory()).toAbsolutePath();
    }

    private static void nameServer(ServerConfig.Listen listen, int port) {
        System.out.printf("  name server  %s   (what RocketMQ clients call namesrvAddr)%n", listen.shown(port));
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
