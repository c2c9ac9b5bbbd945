package io.posthorse.server.config;

import io.posthorse.access.AccessPolicy;
import io.posthorse.net.HostPort;
import io.posthorse.platform.QuotaShares;
import io.posthorse.replication.Member;
import io.posthorse.server.config.ConfigSources.Role;
import io.posthorse.server.config.ServerConfig.BrokerRole;
import io.posthorse.server.config.ServerConfig.Identity;
import io.posthorse.server.config.ServerConfig.Limits;
import io.posthorse.server.config.ServerConfig.Listen;
import io.posthorse.server.config.ServerConfig.Storage;
import io.posthorse.server.config.ServerConfig.TlsMode;
import io.posthorse.server.config.ServerConfig.Topics;
import io.posthorse.server.config.ServerConfig.Transactions;
import java.time.ZoneId;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The values of the sources, each valid alone: checks the rules between them, and builds the configuration. */
final class SettingValues {
    private static final Pattern LOOPBACK = Pattern.compile("127\\.\\d+\\.\\d+\\.\\d+|::1|\\[::1]|localhost");
    private static final int VIP_DISTANCE = 2;
    private static final int PORT_MAX = 65_535;
    private static final int AROUND_MESSAGE = 256 << 10;
    private static final long HOUR_MS = 3_600_000;
    private static final String NAMELESS = "DEFAULT_BROKER";
    private static final String NO_FILE = "none";

    private final Role role;
    private final Map<String, ConfigEntry> given;
    private final String hostName;

    SettingValues(Role role, Map<String, ConfigEntry> given, String hostName) {
        this.role = role;
        this.given = given;
        this.hostName = hostName;
    }

    /** Returns the value in force: the given one, otherwise the default; null where there is neither. */
    private <T> T get(Setting<T> setting) {
        ConfigEntry entry = given.get(setting.name());
        String text = entry == null ? setting.defaultText() : entry.value();
        return text.isEmpty() ? null : setting.kind().parse(text);
    }

    private int integer(Setting<Long> setting) {
        return Math.toIntExact(get(setting));
    }

    private String where(Setting<?> setting) {
        ConfigEntry entry = given.get(setting.name());
        return entry == null ? "default" : entry.where();
    }

    void check(Collection<ConfigProblem> problems, Collection<String> notes) {
        checkBind(problems, notes);
        checkTls(problems);
        if (role == Role.NAME_SERVER) {
            if (get(Settings.AUTH)) {
                problems.add(problem(
                        Settings.AUTH, "a name server without a broker does not support access control yet: leave it out and"
                                + " protect the port, or run the name server in the broker's process, which does"));
            }
            return;
        }
        checkAccess(problems);
        checkPorts(problems);
        checkGrpcPort(problems);
        checkOpenwirePort(problems);
        checkRole(problems, notes);
        checkCluster(problems, notes);
        checkBrokers(problems);
        if (given.containsKey(Settings.MESSAGE_BYTES_MAX.name()) && get(Settings.MESSAGE_BYTES_MAX) > messageBytesMax()) {
            notes.add(where(Settings.MESSAGE_BYTES_MAX) + ": maxMessageSize exceeds the size of a segment; "
                    + messageBytesMax() + " is used. A larger mappedFileSizeCommitLog allows longer messages");
        }
        if (get(Settings.QUEUES_DEFAULT) > get(Settings.QUEUES_MAX)) {
            problems.add(problem(Settings.QUEUES_DEFAULT, "it is above queues.per.topic.max"));
        }
    }

    /** Returns the maximum length of a body: a message must fit into one segment with its properties and record fields. */
    private int messageBytesMax() {
        return Math.min(integer(Settings.MESSAGE_BYTES_MAX), integer(Settings.SEGMENT_BYTES) - AROUND_MESSAGE);
    }

    private void checkRole(Collection<ConfigProblem> problems, Collection<String> notes) {
        boolean isSlave = get(Settings.BROKER_ROLE) == BrokerRole.SLAVE;
        if (get(Settings.CLUSTER_NODES) != null) {
            if (get(Settings.BROKER_ROLE) != BrokerRole.ASYNC_MASTER) {
                problems.add(problem(Settings.BROKER_ROLE, "the nodes of a cluster are equal, and each may lead: leave it"
                        + " out, or leave cluster.nodes out where this broker is to be a master or a slave"));
            }
            for (Setting<?> setting : List.of(Settings.HA_PORT, Settings.HA_MASTER)) {
                if (get(setting) != null) {
                    problems.add(problem(setting, "it is for masters and slaves; the nodes of a cluster have the ports in"
                            + " cluster.nodes for each other: leave it out"));
                }
            }
        } else if (isSlave && get(Settings.BROKER_ID) == 0) {
            problems.add(problem(Settings.BROKER_ID, "0 is the id of the master: give this slave brokerId=1, or a greater"
                    + " one where its master has more slaves"));
        } else if (isSlave && get(Settings.NAMESRV_ADDR) == null && get(Settings.HA_MASTER) == null) {
            notes.add(where(Settings.BROKER_ROLE) + ": this slave asks name servers for its master, but namesrvAddr is"
                    + " not set, nor is haMasterAddress; it follows nobody");
        } else if (!isSlave && get(Settings.BROKER_ID) != 0) {
            notes.add(where(Settings.BROKER_ID) + ": brokerId " + get(Settings.BROKER_ID) + " is a slave's; this broker is a"
                    + " master (brokerRole), so its id is 0, as with RocketMQ");
        }
        int ha = haPort();
        if (ha > 0 && List.of(integer(Settings.LISTEN_PORT), vipPort(), nameServerPort(), grpcPort(), openwirePort())
                .contains(ha) && get(Settings.HA_PORT) != null) {
            problems.add(problem(Settings.HA_PORT, "port " + ha + " is used by another listener; choose another"));
        }
        if (ha != ServerConfig.OFF && get(Settings.AUTH) && get(Settings.INNER_USER) == null) {
            notes.add(where(Settings.AUTH) + ": slaves are refused, since with access control they have to prove that"
                    + " they know innerClientAuthenticationCredentials, which is not set");
        }
    }

    /** Returns the port for slaves: open where a role was chosen, or the port itself. */
    private int haPort() {
        Long port = get(Settings.HA_PORT);
        boolean isMaster = get(Settings.BROKER_ROLE) != BrokerRole.SLAVE && get(Settings.CLUSTER_NODES) == null;
        boolean isChosen = port != null || given.containsKey(Settings.BROKER_ROLE.name());
        int broker = integer(Settings.LISTEN_PORT);
        return !isMaster || !isChosen ? ServerConfig.OFF
                : port != null ? Math.toIntExact(port) : broker == 0 ? 0 : Math.min(broker + 1, PORT_MAX);
    }

    private void checkCluster(Collection<ConfigProblem> problems, Collection<String> notes) {
        List<Member> nodes = get(Settings.CLUSTER_NODES);
        String name = get(Settings.CLUSTER_NODE);
        if (nodes == null) {
            for (Setting<?> setting : List.of(Settings.CLUSTER_NODE, Settings.CLUSTER_CERTIFICATES)) {
                if (get(setting) != null) {
                    problems.add(problem(
                            setting, "it has no effect without cluster.nodes: name all nodes there, or remove it"));
                }
            }
            return;
        }
        Member self = self();
        if (self == null) {
            problems.add(problem(Settings.CLUSTER_NODE, (name == null ? "it is missing" : name + " is none of them")
                    + ": name this machine's node, one of "
                    + nodes.stream().map(Member::name).collect(Collectors.joining(", "))));
        } else if (get(Settings.CLUSTER_CERTIFICATES) == null && !LOOPBACK.matcher(self.host()).matches()) {
            problems.add(problem(Settings.CLUSTER_CERTIFICATES, "it is missing, and whoever reaches " + self.host() + ":"
                    + self.port() + " could take the cluster over: make certificates with \"posthorse cluster init\", and"
                    + " name their directory here"));
        }
        if (self != null && get(Settings.CLUSTER_CERTIFICATES) == null && get(Settings.AUTH) && !get(Settings.INSECURE)) {
            problems.add(problem(Settings.AUTH, "it is about clients alone: without cluster.certificates every program of"
                    + " this machine can take part in the cluster, read everything, secrets of users included, and remove"
                    + " nodes. Make certificates with \"posthorse cluster init\", and set cluster.certificates; or add"
                    + " insecure=true if all programs of this machine are trusted"));
        }
        if (self != null && !LOOPBACK.matcher(self.host()).matches() && LOOPBACK.matcher(get(Settings.BIND)).matches()) {
            problems.add(problem(Settings.BIND, get(Settings.BIND) + " lets only programs of this machine in, but the nodes"
                    + " of the cluster and their clients are elsewhere: set bind=0.0.0.0"));
        }
        if (get(Settings.TLS_MODE) == TlsMode.ENFORCING && nameServerPort() > 0) {
            problems.add(problem(Settings.TLS_MODE, "the node that leads registers with the nodes' name servers without"
                    + " encryption yet, and ENFORCING would close its connections: set PERMISSIVE, which encrypts for every"
                    + " client that asks for it"));
        }
        if (nameServerPort() <= 0 && get(Settings.NAMESRV_ADDR) == null) {
            problems.add(problem(Settings.NAMESERVER_PORT, "the nodes of a cluster register at each other's name servers:"
                    + " set nameserver.port, or namesrvAddr to name servers elsewhere"));
        }
        List<Integer> others = List.of(
                integer(Settings.LISTEN_PORT), vipPort(), nameServerPort(), grpcPort(), openwirePort());
        if (self != null && others.contains(self.port())) {
            problems.add(problem(Settings.CLUSTER_NODES, "port " + self.port() + " is used by another listener of this node;"
                    + " choose another for the links between nodes"));
        }
        if (nodes.size() % 2 == 0) {
            notes.add(where(Settings.CLUSTER_NODES) + ": a cluster of " + nodes.size() + " nodes survives the loss of no"
                    + " more nodes than one of " + (nodes.size() - 1) + "; name an odd number");
        }
    }

    /** Checks what does not fit several brokers in one process. */
    private void checkBrokers(Collection<ConfigProblem> problems) {
        int brokers = integer(Settings.BROKERS);
        if (brokers == 1) {
            return;
        }
        if (get(Settings.CLUSTER_NODES) != null) {
            problems.add(problem(Settings.BROKERS, "a node of a cluster has one broker: leave it out, or leave cluster.nodes"
                    + " out"));
        } else if (get(Settings.BROKER_ROLE) != BrokerRole.ASYNC_MASTER || haPort() != ServerConfig.OFF
                || get(Settings.HA_MASTER) != null) {
            problems.add(problem(Settings.BROKERS, "several brokers in one process have no slaves, and are none: leave it"
                    + " out, or leave out " + Settings.BROKER_ROLE.name() + ", " + Settings.HA_PORT.name() + " and "
                    + Settings.HA_MASTER.name()));
        }
        if (brokerName().length() > SeveralBrokers.NAME_MAX) {
            problems.add(problem(Settings.BROKER_NAME, "with several brokers it may have " + SeveralBrokers.NAME_MAX
                    + " characters, since each has its number behind it"));
        }
        List<Integer> others = List.of(nameServerPort(), grpcPort(), openwirePort());
        int first = integer(Settings.LISTEN_PORT);
        for (int number = 1; first != 0 && number < brokers; number++) {
            int port = SeveralBrokers.port(first, number);
            int vip = get(Settings.VIP_ENABLED) ? port - VIP_DISTANCE : port;
            if (port > PORT_MAX) {
                problems.add(problem(Settings.LISTEN_PORT, "port " + port + " of the last of " + brokers + " brokers is"
                        + " none: use a smaller listenPort"));
                return;
            }
            if (others.contains(port) || others.contains(vip)) {
                problems.add(problem(Settings.BROKERS, "port " + (others.contains(port) ? port : vip) + " is that of broker "
                        + SeveralBrokers.name(brokerName(), number) + ", and used by another listener: choose another"
                        + " listenPort, 4 below or above the others"));
            }
        }
    }

    /** Returns the host that clients are told to connect to: the given one, or that of a cluster's node. */
    private String advertisedHost() {
        Member self = self();
        String given = get(Settings.BROKER_IP1);
        return given != null || self == null || LOOPBACK.matcher(self.host()).matches() ? given : self.host();
    }

    /** Returns this process's node; null where it has none. */
    private Member self() {
        List<Member> nodes = get(Settings.CLUSTER_NODES);
        String name = get(Settings.CLUSTER_NODE);
        return nodes == null ? null
                : nodes.stream().filter(node -> node.name().equals(name)).findFirst().orElse(null);
    }

    /** Returns the addresses of name servers: the given ones, or in a cluster those of all nodes. */
    private List<String> nameServers() {
        List<String> given = get(Settings.NAMESRV_ADDR);
        List<Member> nodes = get(Settings.CLUSTER_NODES);
        if (given != null || nodes == null) {
            return given == null ? List.of() : given;
        }
        return nodes.stream().map(node -> HostPort.text(node.host(), nameServerPort())).toList();
    }

    private void checkTls(Collection<ConfigProblem> problems) {
        if ((get(Settings.TLS_CERTIFICATE) == null) != (get(Settings.TLS_KEY) == null)) {
            problems.add(problem(
                    Settings.TLS_CERTIFICATE, "tls.server.certPath and tls.server.keyPath go together; one is missing"));
        }
        if (get(Settings.TLS_MODE) == TlsMode.ENFORCING && get(Settings.TLS_CERTIFICATE) == null) {
            problems.add(problem(
                    Settings.TLS_MODE, "ENFORCING needs a certificate: set tls.server.certPath and tls.server.keyPath"));
        }
        boolean asksForCertificate = get(Settings.TLS_CLIENTS) != ServerConfig.ClientAuth.none;
        if (asksForCertificate && get(Settings.TLS_CERTIFICATE) == null) {
            problems.add(problem(
                    Settings.TLS_CLIENTS, "clients can send a certificate only where the server has one: set"
                            + " tls.server.certPath and tls.server.keyPath"));
        }
    }

    private void checkBind(Collection<ConfigProblem> problems, Collection<String> notes) {
        String bind = get(Settings.BIND);
        String advertised = get(Settings.BROKER_IP1);
        boolean isLoopback = LOOPBACK.matcher(bind).matches();
        boolean users = get(Settings.AUTH);
        boolean isEncrypted = get(Settings.TLS_MODE) != TlsMode.DISABLED && get(Settings.TLS_CERTIFICATE) != null;
        if (!isLoopback && !get(Settings.INSECURE) && role == Role.NAME_SERVER) {
            problems.add(problem(
                    Settings.BIND,
                    bind + " opens the name server to other machines, and every client that reaches it can change routes:"
                            + " add insecure=true if only trusted clients can reach it, otherwise use 127.0.0.1"));
        } else if (!isLoopback && !get(Settings.INSECURE) && !users) {
            problems.add(problem(
                    Settings.BIND,
                    bind + " opens the broker to other machines, and there is no access control: set auth.enabled=true to"
                            + " admit only users, or add insecure=true (or --set insecure=true) if every client that reaches"
                            + " it may do everything, otherwise use 127.0.0.1"));
        } else if (!isLoopback && !get(Settings.INSECURE) && !isEncrypted) {
            problems.add(problem(
                    Settings.BIND,
                    bind + " opens the broker to other machines without encryption: others on the network can read messages"
                            + " and repeat requests. Set tls.server.certPath and tls.server.keyPath, or add insecure=true"
                            + " if the network is trusted"));
        } else if (!isLoopback && users && isEncrypted && get(Settings.TLS_MODE) == TlsMode.PERMISSIVE) {
            notes.add(where(Settings.TLS_MODE) + ": tls.server.mode PERMISSIVE also accepts connections without"
                    + " encryption; ENFORCING closes them");
        }
        if (isLoopback && advertised != null && !LOOPBACK.matcher(advertised).matches()) {
            notes.add(where(Settings.BROKER_IP1) + ": clients are told to connect to " + advertised + ", but bind="
                    + bind + " accepts only connections of this machine; other machines need bind=0.0.0.0 and"
                    + " insecure=true");
        }
        List<String> nameServers = get(Settings.NAMESRV_ADDR);
        if (isLoopback && advertised == null && nameServers != null
                && !nameServers.stream().allMatch(SettingValues::isHere)) {
            notes.add(where(Settings.NAMESRV_ADDR) + ": name servers of other machines will send clients here, but bind="
                    + bind + " accepts only connections of this machine; other machines need bind=0.0.0.0 and"
                    + " insecure=true");
        }
    }

    private static boolean isHere(String address) {
        return LOOPBACK.matcher(address.substring(0, address.lastIndexOf(':'))).matches();
    }

    private void checkAccess(Collection<ConfigProblem> problems) {
        boolean users = get(Settings.AUTH);
        Boolean rules = get(Settings.AUTHORIZATION);
        if (rules != null && rules != users) {
            problems.add(problem(
                    Settings.AUTHORIZATION,
                    "users and rules go together: set auth.enabled and authorizationEnabled to the same value"));
        }
        ServerConfig.Credentials first = get(Settings.FIRST_USER);
        String problem = first == null ? null : policy().problem(first.secret().reveal());
        if (problem != null) {
            problems.add(problem(Settings.FIRST_USER, problem));
        }
        for (Setting<?> setting : List.of(Settings.FIRST_USER, Settings.PLAIN_ACL, Settings.ZONES)) {
            if (!users && get(setting) != null) {
                problems.add(problem(
                        setting, "it has no effect while access control is off: add auth.enabled=true, or remove it"));
            }
        }
    }

    private AccessPolicy policy() {
        return new AccessPolicy(get(Settings.PLAIN_PASSWORDS), integer(Settings.PASSWORD_MIN));
    }

    private void checkPorts(Collection<ConfigProblem> problems) {
        int broker = integer(Settings.LISTEN_PORT);
        int vip = vipPort();
        int nameServer = nameServerPort();
        if (get(Settings.VIP_ENABLED) && broker != 0 && vip < 1) {
            problems.add(problem(
                    Settings.LISTEN_PORT, "listenPort - 2 is not a port; use a larger listenPort, or vip.enabled=false"));
        }
        if (nameServer > 0 && (nameServer == broker || nameServer == vip)) {
            problems.add(problem(
                    Settings.NAMESERVER_PORT,
                    "port " + nameServer + " is used by the broker, which needs listenPort and, for vip.enabled,"
                            + " listenPort - 2"));
        }
    }

    private void checkGrpcPort(Collection<ConfigProblem> problems) {
        int grpc = grpcPort();
        if (grpc > 0 && (grpc == integer(Settings.LISTEN_PORT) || grpc == vipPort() || grpc == nameServerPort())) {
            problems.add(problem(
                    Settings.GRPC_PORT,
                    "port " + grpc + " is used by the broker or the name server; choose another, or grpc.enabled=false"));
        }
    }

    private int vipPort() {
        int broker = integer(Settings.LISTEN_PORT);
        return get(Settings.VIP_ENABLED) && broker != 0 ? broker - VIP_DISTANCE : ServerConfig.OFF;
    }

    private int nameServerPort() {
        return get(Settings.NAMESERVER_ENABLED) ? integer(Settings.NAMESERVER_PORT) : ServerConfig.OFF;
    }

    private int grpcPort() {
        return get(Settings.GRPC_ENABLED) ? integer(Settings.GRPC_PORT) : ServerConfig.OFF;
    }

    private int openwirePort() {
        return get(Settings.OPENWIRE_ENABLED) ? integer(Settings.OPENWIRE_PORT) : ServerConfig.OFF;
    }

    private void checkOpenwirePort(Collection<ConfigProblem> problems) {
        int port = openwirePort();
        if (port > 0 && (port == integer(Settings.LISTEN_PORT) || port == vipPort() || port == nameServerPort()
                || port == grpcPort())) {
            problems.add(problem(
                    Settings.OPENWIRE_PORT,
                    "port " + port + " is used by another listener; choose another, or openwire.enabled=false"));
        }
    }

    private ConfigProblem problem(Setting<?> setting, String text) {
        ConfigEntry entry = given.get(setting.name());
        return new ConfigProblem(where(setting), entry == null ? setting.name() : entry.key(), text);
    }

    private String brokerName() {
        String name = get(Settings.BROKER_NAME);
        if (name != null) {
            return name;
        }
        if (get(Settings.CLUSTER_NODES) != null) {
            return get(Settings.CLUSTER); // the same on all nodes: clients take whoever leads for the same broker
        }
        String ofHost = hostName.strip().replaceAll("[^a-zA-Z0-9_-]", "-");
        return ofHost.isEmpty() ? NAMELESS : ofHost.substring(0, Math.min(ofHost.length(), 127));
    }

    ServerConfig config(List<String> notes, List<String> ignored) {
        boolean isSlave = get(Settings.BROKER_ROLE) == BrokerRole.SLAVE; // has no gRPC and no JMS
        Listen listen = new Listen(
                get(Settings.BIND), integer(Settings.LISTEN_PORT), vipPort(), nameServerPort(),
                isSlave ? ServerConfig.OFF : grpcPort(), isSlave ? ServerConfig.OFF : openwirePort(), advertisedHost(),
                new ServerConfig.Tls(
                        get(Settings.TLS_MODE), get(Settings.TLS_CERTIFICATE), get(Settings.TLS_KEY),
                        get(Settings.TLS_CLIENTS), get(Settings.TLS_TRUST)));
        List<ZoneId> zones = get(Settings.ZONES);
        ServerConfig.Access access = new ServerConfig.Access(
                get(Settings.AUTH), get(Settings.FIRST_USER), get(Settings.INNER_USER), get(Settings.PLAIN_ACL),
                policy(), zones == null ? List.of() : zones);
        Identity identity = new Identity(
                get(Settings.CLUSTER), brokerName(), isSlave ? get(Settings.BROKER_ID) : 0, get(Settings.BROKER_ROLE),
                nameServers(), integer(Settings.BROKER_PERMISSION));
        List<String> master = get(Settings.HA_MASTER);
        ServerConfig.Replication replication = new ServerConfig.Replication(
                haPort(), get(Settings.BROKER_IP2), master == null ? null : master.getFirst(),
                integer(Settings.SLAVE_TIMEOUT), get(Settings.SLAVE_BEHIND), get(Settings.SLAVE_READ));
        Storage storage = new Storage(
                get(Settings.DIRECTORY), integer(Settings.SEGMENT_BYTES), get(Settings.FLUSH),
                integer(Settings.FLUSH_INTERVAL_MS), get(Settings.RETENTION_HOURS) * HOUR_MS,
                get(Settings.RETENTION_BYTES), get(Settings.DELETE_WHEN), integer(Settings.DISK_RATIO),
                get(Settings.HOT_BYTES));
        Topics topics = new Topics(
                integer(Settings.QUEUES_DEFAULT), get(Settings.AUTO_CREATE_TOPICS), get(Settings.AUTO_CREATE_GROUPS),
                messageBytesMax(), get(Settings.DELAY_LEVELS),
                get(Settings.DELAY_MAX) * 1_000, get(Settings.PROPERTY_FILTER), get(Settings.DEAD_LETTER_QUEUE),
                integer(Settings.JMS_COMMAND_BYTES_MAX));
        Transactions transactions = new Transactions(
                get(Settings.TRANSACTION_TIMEOUT_MS), integer(Settings.TRANSACTION_CHECKS_MAX),
                get(Settings.TRANSACTION_INTERVAL_MS));
        Limits limits = new Limits(
                integer(Settings.CONNECTIONS_MAX), get(Settings.IDLE_SECONDS) * 1_000, integer(Settings.TOPICS_MAX),
                integer(Settings.GROUPS_MAX), integer(Settings.QUEUES_MAX), integer(Settings.DELAYED_MAX),
                integer(Settings.TRANSACTIONS_MAX),
                new QuotaShares(integer(Settings.SHARE_USER), integer(Settings.SHARE_ADDRESS)));
        Map<String, String> texts = new TreeMap<>();
        given.forEach((name, entry) -> {
            if (!Settings.find(name).kind().isSecret()) {
                texts.put(name, entry.value());
            }
        });
        boolean isFile = !NO_FILE.equals(get(Settings.LOG_DIRECTORY));
        ServerConfig.Logging logging = new ServerConfig.Logging(
                get(Settings.LOG_LEVEL), isFile ? get(Settings.LOG_DIRECTORY) : null, isFile);
        Member self = self();
        ServerConfig.Cluster cluster = self == null ? null
                : new ServerConfig.Cluster(
                        self, get(Settings.CLUSTER_NODES), get(Settings.CLUSTER_CERTIFICATES),
                        get(Settings.CLUSTER_SCRUB) << 20);
        return new ServerConfig(
                listen, access, identity, replication, storage, topics, transactions, limits, logging, cluster,
                SeveralBrokers.Part.of(integer(Settings.BROKERS)), texts, notes, ignored);
    }
}
