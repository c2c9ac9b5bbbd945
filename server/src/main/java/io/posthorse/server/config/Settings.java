package io.posthorse.server.config;

import io.posthorse.access.AccessPolicy;
import io.posthorse.replication.Member;
import io.posthorse.server.config.ServerConfig.BrokerRole;
import io.posthorse.server.config.ServerConfig.ClientAuth;
import io.posthorse.server.config.ServerConfig.Credentials;
import io.posthorse.server.config.ServerConfig.FlushMode;
import io.posthorse.server.config.ServerConfig.TlsMode;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** All declared settings. Where RocketMQ has a name for a setting, that name is the key. */
final class Settings {
    private static final String LISTENING = "Listening";
    private static final String ACCESS = "Access control";
    private static final String IDENTITY = "Identity";
    private static final String ROLES = "Masters and slaves";
    private static final String CLUSTERING = "Cluster";
    private static final String STORAGE = "Storage";
    private static final String TOPICS = "Topics and messages";
    private static final String TRANSACTIONS = "Transactions";
    private static final String LIMITS = "Limits";
    private static final String LOGGING = "Server log";
    private static final long MIB = 1024 * 1024;
    private static final int PORT_MAX = 65_535;
    private static final long DAY_MS = 86_400_000;
    private static final SettingType<Boolean> SWITCH = new SettingType.Switch();
    private static final SettingType<String> HOST =
            new SettingType.Text(253, Pattern.compile("[^\\s/;,]+"), "a host name or address");
    private static final SettingType<String> PATH = new SettingType.Text(4_096, Pattern.compile(".+"), "a path");
    private static final SettingType<String> NAME =
            new SettingType.Text(127, Pattern.compile("[a-zA-Z0-9_.%|-]+"), "a name of letters, digits and _ - . % |");

    static final Setting<String> BIND = Setting.of(
            LISTENING, "bind", HOST, "127.0.0.1", "",
            "Local address of all ports; 0.0.0.0 is every address of the machine. Addresses other than the loopback"
                    + " need `auth.enabled` and a certificate, or `insecure`.")
            .alias("bindAddress");
    static final Setting<Boolean> INSECURE = Setting.of(
            LISTENING, "insecure", SWITCH, "false", "",
            "Allows a `bind` to other machines without access control, where every client that reaches the port may do"
                    + " everything, or without a certificate, where others on the network can read and repeat everything."
                    + " Also allows `auth.enabled` in a cluster whose nodes have no certificates.");
    static final Setting<Long> LISTEN_PORT = Setting.of(
            LISTENING, "listenPort", new SettingType.Whole(0, PORT_MAX), "10911", "",
            "Port of the broker; 0 is any free port.");
    static final Setting<Long> BROKERS = Setting.of(
            LISTENING, "brokers", new SettingType.Whole(1, SeveralBrokers.MAX), "1", "brokers",
            "Number of brokers in this process, each with a thread, a log and a port of its own: `listenPort`, and 4, 8, 12"
                    + " ... above it. See several-brokers.md.");
    static final Setting<Boolean> VIP_ENABLED = Setting.of(
            LISTENING, "vip.enabled", SWITCH, "true", "",
            "Opens a second port, `listenPort` - 2, to which old clients and consoles send by default.");
    static final Setting<String> BROKER_IP1 = Setting.of(
            LISTENING, "brokerIP1", HOST, "", "",
            "Host that clients are told to connect to; by default the one that each client has dialled.");
    static final Setting<Boolean> NAMESERVER_ENABLED = Setting.of(
            LISTENING, "nameserver.enabled", SWITCH, "true", "", "Runs a name server in this process.");
    static final Setting<Long> NAMESERVER_PORT = Setting.of(
            LISTENING, "nameserver.port", new SettingType.Whole(0, PORT_MAX), "9876", "",
            "Port of the name server; 0 is any free port. In the file of a name server without a broker it is called"
                    + " `listenPort`.");

    static final Setting<Boolean> GRPC_ENABLED = Setting.of(
            LISTENING, "grpc.enabled", SWITCH, "true", "",
            "Opens a port for the clients of RocketMQ 5 that speak gRPC, see grpc.md.");
    static final Setting<Long> GRPC_PORT = Setting.of(
            LISTENING, "grpcServerPort", new SettingType.Whole(0, PORT_MAX), "8081", "",
            "Port for gRPC, which these clients call endpoints; 0 is any free port. Where this is not set and the port is"
                    + " in use, there is no gRPC.");

    static final Setting<Boolean> OPENWIRE_ENABLED = Setting.of(
            LISTENING, "openwire.enabled", SWITCH, "true", "",
            "Opens a port for the JMS clients of ActiveMQ, see jms.md.");
    static final Setting<Long> OPENWIRE_PORT = Setting.of(
            LISTENING, "openwire.port", new SettingType.Whole(0, PORT_MAX), "61616", "",
            "Port for JMS clients; 0 is any free port. Where this is not set and the port is in use, there is no JMS.");

    static final Setting<TlsMode> TLS_MODE = Setting.of(
            LISTENING, "tls.server.mode", new SettingType.Choice<>(TlsMode.class), "PERMISSIVE", "",
            "With a certificate: whether connections may (PERMISSIVE) or must (ENFORCING) be encrypted, on the same"
                    + " ports, or never are (DISABLED).");
    static final Setting<String> TLS_CERTIFICATE = Setting.of(
            LISTENING, "tls.server.certPath", PATH, "", "",
            "PEM file with the certificate, followed by those of its issuers; without it nothing is encrypted.");
    static final Setting<String> TLS_KEY = Setting.of(
            LISTENING, "tls.server.keyPath", PATH, "", "", "PEM file with the certificate's private key, PKCS 8.");

    static final Setting<ClientAuth> TLS_CLIENTS = Setting.of(
            LISTENING, "tls.server.need.client.auth", new SettingType.Choice<>(ClientAuth.class), "none", "",
            "Whether clients that encrypt must send a certificate (`require`), may (`optional`), or are not asked.");
    static final Setting<String> TLS_TRUST = Setting.of(
            LISTENING, "tls.server.trustCertPath", PATH, "", "",
            "PEM file with the issuers of clients' certificates; by default those that Java trusts.");

    static final Setting<Boolean> AUTH = Setting.of(
            ACCESS, "auth.enabled", SWITCH, "false", "",
            "Admits only users, who sign their requests and may do what rules allow. The first start creates a super user.")
            .alias("aclEnable", "authenticationEnabled");
    static final Setting<Boolean> AUTHORIZATION = Setting.of(
            ACCESS, "authorizationEnabled", SWITCH, "", "",
            "RocketMQ's second switch; here both are switched on together, so it must equal `auth.enabled`.");
    static final Setting<Credentials> FIRST_USER = Setting.of(
            ACCESS, "initAuthenticationUser", new SettingType.Login(), "", "",
            "The super user that the first start creates; by default `admin` with a generated secret, which is written to"
                    + " admin.secret in the data directory.");
    static final Setting<Credentials> INNER_USER = Setting.of(
            ACCESS, "innerClientAuthenticationCredentials", new SettingType.AccessKey(), "", "",
            "The user as whom this broker signs its requests to name servers: a name server in the process of another broker"
                    + " with access control accepts no unsigned registration.");
    static final Setting<String> PLAIN_ACL = Setting.of(
            ACCESS, "auth.plain.acl", PATH, "", "",
            "File of accounts in RocketMQ 4's form (plain_acl.yml), read at every start; see access-control.md.");
    static final Setting<Boolean> PLAIN_PASSWORDS = Setting.of(
            ACCESS, AccessPolicy.PLAIN_PASSWORDS, SWITCH, "false", "",
            "Whether a password (JMS) is accepted where others can read it: without TLS, from another machine.");
    static final Setting<Long> PASSWORD_MIN = Setting.of(
            ACCESS, AccessPolicy.PASSWORD_MIN, new SettingType.Whole(1, 512), "6", "characters",
            "Minimum length of a user's password or secret.");
    static final Setting<List<ZoneId>> ZONES = Setting.of(
            ACCESS, "auth.grpc.zones", new SettingType.Zones(16), "", "",
            "Time zones of gRPC clients for Java, which sign their local time, beside UTC and this machine's; such as"
                    + " Asia/Shanghai or +08:00.");

    static final Setting<String> CLUSTER = Setting.of(
            IDENTITY, "brokerClusterName", NAME, "DefaultCluster", "",
            "Name of the cluster that this broker is part of.");
    static final Setting<String> BROKER_NAME = Setting.of(
            IDENTITY, "brokerName", NAME, "", "",
            "Name of this broker; by default the host's name, with - for characters that a topic's name must not contain."
                    + " In a cluster it is `brokerClusterName` by default, and the same on all nodes.");
    static final Setting<Long> BROKER_ID = Setting.of(
            IDENTITY, "brokerId", new SettingType.Whole(0, 1_000_000), "0", "",
            "0, a master's; a greater one is a slave's. A master and its slaves have the same `brokerName`.");
    static final Setting<BrokerRole> BROKER_ROLE = Setting.of(
            IDENTITY, "brokerRole", new SettingType.Choice<>(BrokerRole.class), "ASYNC_MASTER", "",
            "ASYNC_MASTER answers a send once it has the message itself, SYNC_MASTER once a slave has it, too; SLAVE follows"
                    + " its master. Where this is set, slaves may follow; see masters-and-slaves.md. Not in a cluster.");
    static final Setting<List<String>> NAMESRV_ADDR = Setting.of(
            IDENTITY, "namesrvAddr", new SettingType.Addresses(16), "", "",
            "Name servers in other processes with which this broker registers, also RocketMQ's; its own name server"
                    + " knows it anyway. The environment variable `NAMESRV_ADDR` has the same meaning.");

    static final Setting<Long> BROKER_PERMISSION = Setting.of(
            IDENTITY, "brokerPermission", new SettingType.Whole(0, 7), "6", "",
            "What clients may do with this broker, whatever a topic allows: 6 read and write, 4 read, 2 write, 0 nothing.")
            .changeable();

    static final Setting<Long> HA_PORT = Setting.of(
            ROLES, "haListenPort", new SettingType.Whole(0, PORT_MAX), "", "",
            "Port of a master for its slaves; by default `listenPort` + 1 where `brokerRole` is set, otherwise closed; 0"
                    + " is any free port.");
    static final Setting<String> BROKER_IP2 = Setting.of(
            ROLES, "brokerIP2", HOST, "", "",
            "Host that slaves are told to connect to; by default `brokerIP1`, or this machine's address as name servers see"
                    + " it.");
    static final Setting<List<String>> HA_MASTER = Setting.of(
            ROLES, "haMasterAddress", new SettingType.Addresses(1), "", "",
            "Address of the master's `haListenPort`, for a slave; by default it asks the name servers.");
    static final Setting<Long> SLAVE_TIMEOUT = Setting.of(
            ROLES, "slaveTimeout", new SettingType.Amount(1, 60_000), "3000", "ms",
            "How long a SYNC_MASTER waits for a slave before it answers a send with FLUSH_SLAVE_TIMEOUT. The message is"
                    + " stored.");
    static final Setting<Long> SLAVE_BEHIND = Setting.of(
            ROLES, "haSlaveFallbehindMax", new SettingType.Amount(1, Long.MAX_VALUE), "268435456", "bytes",
            "How far a slave may be behind and still count as there: a SYNC_MASTER with none answers SLAVE_NOT_AVAILABLE.");
    static final Setting<Boolean> SLAVE_READ = Setting.of(
            ROLES, "slaveReadEnable", SWITCH, "false", "",
            "Whether a master sends consumers that are more than `read.hot.bytes` behind to a slave. While the master is"
                    + " gone a slave serves consumers in any case. In a cluster: whether nodes that follow serve RocketMQ's"
                    + " consumers, on `listenPort` + 1.");

    static final Setting<List<Member>> CLUSTER_NODES = Setting.of(
            CLUSTERING, "cluster.nodes", new SettingType.Nodes(9), "", "",
            "All nodes of the cluster that this process is one of, the same on all machines: `a:10931,b:10931,c:10931`, or"
                    + " with names that are no hosts `a=10.0.0.1:10931,...`; the port is that of the links between nodes."
                    + " See cluster.md.");
    static final Setting<String> CLUSTER_NODE = Setting.of(
            CLUSTERING, "cluster.node", new SettingType.Text(64, Pattern.compile(SettingType.Nodes.NAME), "a node's name"),
            "", "", "Name of this node, one of those in `cluster.nodes`.");
    static final Setting<String> CLUSTER_CERTIFICATES = Setting.of(
            CLUSTERING, "cluster.certificates", PATH, "", "",
            "Directory of this node's files from `posthorse cluster init`; without it all nodes must be on this machine.");
    static final Setting<Long> CLUSTER_SCRUB = Setting.of(
            CLUSTERING, "cluster.scrubRate", new SettingType.Whole(0, 10_000), "8", "MiB/s",
            "How fast each node reads its log in the background, to find damaged records and repair them with what the other"
                    + " nodes have; once a day at most. With 0 only what readers meet is repaired.");

    static final Setting<String> DIRECTORY = Setting.of(
            STORAGE, "storePathRootDir", new SettingType.Text(4_096, Pattern.compile("[^\\u0000]+"), "a path"), "data", "",
            "Directory of all data; it is created where it is missing.");
    static final Setting<Long> SEGMENT_BYTES = Setting.of(
            STORAGE, "mappedFileSizeCommitLog", new SettingType.Amount(MIB, Integer.MAX_VALUE), "1073741824", "bytes",
            "Size of a log segment, the unit in which old messages are deleted.")
            .alias("mapedFileSizeCommitLog");
    static final Setting<FlushMode> FLUSH = Setting.of(
            STORAGE, "flushDiskType", new SettingType.Choice<>(FlushMode.class), "ASYNC_FLUSH", "",
            "Whether a send is answered once the operating system has the message, or once it is on the disk.");
    static final Setting<Long> FLUSH_INTERVAL_MS = Setting.of(
            STORAGE, "flushIntervalCommitLog", new SettingType.Amount(1, 60_000), "500", "ms",
            "Longest time between a write and its flush to the disk with ASYNC_FLUSH.");
    static final Setting<Long> RETENTION_HOURS = Setting.of(
            STORAGE, "fileReservedTime", new SettingType.Amount(1, 876_000), "72", "hours",
            "Age at which messages may be deleted.")
            .changeable();
    static final Setting<Long> RETENTION_BYTES = Setting.of(
            STORAGE, "retention.bytes", new SettingType.Whole(0, Long.MAX_VALUE), "0", "bytes",
            "Size of the log above which the oldest messages may be deleted; 0 is no limit.")
            .changeable();
    static final Setting<List<Integer>> DELETE_WHEN = Setting.of(
            STORAGE, "deleteWhen", new SettingType.Hours(), "04", "hours of the day",
            "When messages beyond their age are deleted, in the machine's time zone.")
            .changeable();
    static final Setting<Long> DISK_RATIO = Setting.of(
            STORAGE, "diskMaxUsedSpaceRatio", new SettingType.Amount(10, 95), "75", "percent",
            "Use of the disk at which messages beyond their age are deleted at any hour; younger ones never are.")
            .changeable();
    static final Setting<Long> HOT_BYTES = Setting.of(
            STORAGE, "read.hot.bytes", new SettingType.Whole(MIB, 1024 * 1024 * MIB), "4294967296", "bytes",
            "Bytes of the newest log that are expected in the operating system's memory; a separate thread reads older"
                    + " messages, so that a slow disk delays no other client.");

    static final Setting<Long> QUEUES_DEFAULT = Setting.of(
            TOPICS, "defaultTopicQueueNums", new SettingType.Amount(1, 1_024), "8", "queues",
            "Maximum number of queues of a topic that a first send creates; producers ask for 4 by default.")
            .changeable();
    static final Setting<Boolean> AUTO_CREATE_TOPICS = Setting.of(
            TOPICS, "autoCreateTopicEnable", SWITCH, "true", "", "Whether a send to an unknown topic creates it.")
            .changeable();
    static final Setting<Boolean> AUTO_CREATE_GROUPS = Setting.of(
            TOPICS, "autoCreateSubscriptionGroup", SWITCH, "true", "",
            "Whether the first consumer of an unknown group creates it.")
            .changeable();
    static final Setting<Long> MESSAGE_BYTES_MAX = Setting.of(
            TOPICS, "maxMessageSize", new SettingType.Amount(1_024, 64 * MIB), "4194304", "bytes",
            "Maximum length of a message's body. Above 15 MiB RocketMQ's clients need"
                    + " `-Dcom.rocketmq.remoting.frameMaxLength` to match.")
            .changeable();
    static final Setting<List<Long>> DELAY_LEVELS = Setting.of(
            TOPICS, "messageDelayLevel", new SettingType.Durations(64, 366 * DAY_MS),
            "1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h", "",
            "The delay of each delay level, level 1 first.");
    static final Setting<Long> DELAY_MAX = Setting.of(
            TOPICS, "timerMaxDelaySec", new SettingType.Amount(1, 10 * 366 * 86_400L), "31622400", "s",
            "Maximum time until a message with its own delivery time is due; later ones are refused.");
    static final Setting<Boolean> PROPERTY_FILTER = Setting.of(
            TOPICS, "enablePropertyFilter", SWITCH, "true", "",
            "Whether consumers may select messages by SQL92 expressions, see filters.md.");

    static final Setting<String> DEAD_LETTER_QUEUE = Setting.of(
            TOPICS, "jms.dead.letter.queue", new SettingType.Text(100, Pattern.compile("[^\\u0000,*>?]+"), "a queue's name"),
            "ActiveMQ.DLQ", "",
            "Queue for messages that no JMS consumer could consume, or that expired.");
    static final Setting<Long> JMS_COMMAND_BYTES_MAX = Setting.of(
            TOPICS, "jms.command.bytes.max", new SettingType.Whole(MIB, 128 * MIB), "104857600", "bytes",
            "Maximum length of a JMS client's command, and so of its messages; a fifth of the heap where that is less. A"
                    + " longer one is refused, and its connection stays open. ActiveMQ calls it `maxFrameSize`.");

    static final Setting<Long> TRANSACTION_TIMEOUT_MS = Setting.of(
            TRANSACTIONS, "transactionTimeOut", new SettingType.Amount(1, DAY_MS), "6000", "ms",
            "Age of an undecided transaction at which its producer is asked the first time.")
            .alias("transactionMsgTimeout");
    static final Setting<Long> TRANSACTION_CHECKS_MAX = Setting.of(
            TRANSACTIONS, "transactionCheckMax", new SettingType.Amount(1, 1_000), "15", "",
            "Number of checks before the message is set aside in TRANS_CHECK_MAX_TIME_TOPIC.");
    static final Setting<Long> TRANSACTION_INTERVAL_MS = Setting.of(
            TRANSACTIONS, "transactionCheckInterval", new SettingType.Amount(100, DAY_MS), "30000", "ms",
            "Time between two checks.");

    static final Setting<Long> CONNECTIONS_MAX = Setting.of(
            LIMITS, "connections.max", new SettingType.Whole(1, 1_000_000), "10000", "connections",
            "Maximum number of open connections, of gRPC and of all other protocols each; further ones are closed at once."
                    + " Where the limit of open files is lower, a part of it is kept for the log.");
    static final Setting<Long> IDLE_SECONDS = Setting.of(
            LIMITS, "connection.idle.seconds", new SettingType.Amount(1, 86_400), "120", "s",
            "Time without a byte in either direction after which a connection is closed.")
            .alias("serverChannelMaxIdleTimeSeconds");
    static final Setting<Long> SHARE_USER = Setting.of(
            LIMITS, "share.user", new SettingType.Whole(1, 100), "50", "%",
            "Share of one user in the resources that all share: connections, requests that wait for messages, locks of"
                    + " queues, searches, memory for requests and answers, new topics and groups.");
    static final Setting<Long> SHARE_ADDRESS = Setting.of(
            LIMITS, "share.address", new SettingType.Whole(1, 100), "50", "%",
            "The same for one address, except for this machine's own. Raise it where all clients use one gateway.");
    static final Setting<Long> TOPICS_MAX = Setting.of(
            LIMITS, "topics.max", new SettingType.Whole(1, 1_000_000), "100000", "topics",
            "Topics of this broker. All together have at most as many queues as the heap allows: 262,144 with 512 MiB.");
    static final Setting<Long> GROUPS_MAX = Setting.of(
            LIMITS, "groups.max", new SettingType.Whole(1, 1_000_000), "100000", "groups",
            "Consumer groups of this broker.");
    static final Setting<Long> QUEUES_MAX = Setting.of(
            LIMITS, "queues.per.topic.max", new SettingType.Whole(1, 65_536), "1024", "queues", "Queues of one topic.");

    static final Setting<Long> DELAYED_MAX = Setting.of(
            LIMITS, "delayed.max", new SettingType.Whole(0, 100_000_000), "10000000", "messages",
            "Maximum number of waiting messages with their own delivery time; each takes about 20 bytes of memory.");
    static final Setting<Long> TRANSACTIONS_MAX = Setting.of(
            LIMITS, "transactions.max", new SettingType.Whole(0, 100_000_000), "1000000", "messages",
            "Maximum number of messages of undecided transactions; each takes about 150 bytes of memory.");

    static final Setting<LogLevels> LOG_LEVEL = Setting.of(
            LOGGING, LogLevels.KEY, new SettingType.Levels(), LogLevels.STANDARD, "",
            "Level of all areas, and of single ones. No level logs secrets or the contents of messages.")
            .changeable();
    static final Setting<String> LOG_DIRECTORY = Setting.of(
            LOGGING, "log.directory", PATH, "", "",
            "Directory of the server log; by default `logs` in the data directory, and the directory of `POSTHORSE_LOGS`"
                    + " where RocketMQ's scripts were called; with `none` there is no file. At 64 MiB a file is rotated, and"
                    + " four old ones are kept.");

    /** All settings, in the order of the documentation. */
    static final List<Setting<?>> ALL = List.of(
            BIND, INSECURE, LISTEN_PORT, BROKERS, VIP_ENABLED, BROKER_IP1, NAMESERVER_ENABLED, NAMESERVER_PORT,
            GRPC_ENABLED, GRPC_PORT, OPENWIRE_ENABLED, OPENWIRE_PORT,
            TLS_MODE, TLS_CERTIFICATE, TLS_KEY, TLS_CLIENTS, TLS_TRUST,
            AUTH, AUTHORIZATION, FIRST_USER, INNER_USER, PLAIN_ACL, PLAIN_PASSWORDS, PASSWORD_MIN, ZONES,
            CLUSTER, BROKER_NAME, BROKER_ID, BROKER_ROLE, NAMESRV_ADDR, BROKER_PERMISSION,
            HA_PORT, BROKER_IP2, HA_MASTER, SLAVE_TIMEOUT, SLAVE_BEHIND, SLAVE_READ,
            CLUSTER_NODES, CLUSTER_NODE, CLUSTER_CERTIFICATES, CLUSTER_SCRUB,
            DIRECTORY, SEGMENT_BYTES, FLUSH, FLUSH_INTERVAL_MS, RETENTION_HOURS, RETENTION_BYTES, DELETE_WHEN,
            DISK_RATIO, HOT_BYTES,
            QUEUES_DEFAULT, AUTO_CREATE_TOPICS, AUTO_CREATE_GROUPS, MESSAGE_BYTES_MAX, DELAY_LEVELS, DELAY_MAX,
            PROPERTY_FILTER, DEAD_LETTER_QUEUE, JMS_COMMAND_BYTES_MAX,
            TRANSACTION_TIMEOUT_MS, TRANSACTION_CHECKS_MAX, TRANSACTION_INTERVAL_MS,
            CONNECTIONS_MAX, IDLE_SECONDS, SHARE_USER, SHARE_ADDRESS, TOPICS_MAX, GROUPS_MAX, QUEUES_MAX, DELAYED_MAX,
            TRANSACTIONS_MAX,
            LOG_LEVEL, LOG_DIRECTORY);

    private static final Map<String, Setting<?>> BY_SPELLING = bySpelling();

    private Settings() {}

    /** Returns the setting of a name or other spelling, or null. */
    static Setting<?> find(String key) {
        return BY_SPELLING.get(key);
    }

    /** Returns all names and other spellings. */
    static List<String> spellings() {
        return new ArrayList<>(BY_SPELLING.keySet());
    }

    private static Map<String, Setting<?>> bySpelling() {
        Map<String, Setting<?>> spellings = new LinkedHashMap<>();
        for (Setting<?> setting : ALL) {
            spellings.put(setting.name(), setting);
            setting.aliases().forEach(alias -> spellings.put(alias, setting));
        }
        return Collections.unmodifiableMap(spellings);
    }
}
