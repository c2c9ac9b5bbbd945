package io.posthorse.server.config;

import io.posthorse.access.AccessPolicy;
import io.posthorse.auth.Secret;
import io.posthorse.net.HostPort;
import io.posthorse.platform.QuotaShares;
import io.posthorse.replication.Member;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * The complete, checked configuration of one process.
 *
 * @param replication masters and slaves
 * @param cluster the cluster that this process is a node of; null where it is a broker of its own
 * @param part which of the brokers of this process it is for
 * @param given settings that are not at their defaults, as texts by name
 * @param notes notes for the operator that do not prevent the start
 * @param ignored keys that have no meaning here, one in each text
 */
public record ServerConfig(
        Listen listen,
        Access access,
        Identity identity,
        Replication replication,
        Storage storage,
        Topics topics,
        Transactions transactions,
        Limits limits,
        Logging logging,
        Cluster cluster,
        SeveralBrokers.Part part,
        Map<String, String> given,
        List<String> notes,
        List<String> ignored) {
    /** Value in place of a port: the listener is off. */
    public static final int OFF = -1;

    /** The time at which a write counts as stored. */
    public enum FlushMode {
        /** Once it is handed to the operating system; a background flush follows. */
        ASYNC_FLUSH,
        /** Once it is on the disk. */
        SYNC_FLUSH
    }

    /** The modes of encryption. */
    public enum TlsMode {
        DISABLED,
        PERMISSIVE,
        ENFORCING
    }

    /** The modes of client certificates. The names are RocketMQ's values. */
    public enum ClientAuth {
        none,
        optional,
        require
    }

    /** A user's name and secret. */
    public record Credentials(String user, Secret secret) {}

    /**
     * The settings of access control.
     *
     * @param enabled whether access control is on
     * @param first super user that the first start creates, or null for one with a generated secret
     * @param inner user as whom the broker signs its requests to name servers, or null for unsigned ones
     * @param plainAcl path of a file of accounts in RocketMQ 4's form, or null
     * @param policy rules for secrets
     * @param zones time zones, beside UTC and the machine's own, in which gRPC clients may sign the time
     */
    public record Access(
            boolean enabled, Credentials first, Credentials inner, String plainAcl, AccessPolicy policy,
            List<ZoneId> zones) {}

    /**
     * The settings of encryption.
     *
     * @param certificate path of a PEM file, or null for none
     * @param key path of a PEM file, or null for none
     * @param clients mode of client certificates
     * @param trusted path of a PEM file with the issuers of clients' certificates, or null for those that Java trusts
     */
    public record Tls(TlsMode mode, String certificate, String key, ClientAuth clients, String trusted) {
        public boolean isOn() {
            return mode != TlsMode.DISABLED && certificate != null;
        }
    }

    /**
     * The cluster that a node is part of.
     *
     * @param self this node
     * @param nodes all nodes, this one included
     * @param certificates directory of this node's certificates, or null for none
     * @param scrubRate bytes of the log that are read for damage each second; 0 for none
     */
    public record Cluster(Member self, List<Member> nodes, String certificates, long scrubRate) {
        /** Returns the name of this node. */
        public String name() {
            return self.name();
        }

        /** Returns the names of all nodes. */
        public List<String> names() {
            return nodes.stream().map(Member::name).toList();
        }
    }

    /** Returns the same configuration with another data directory, for a part of the process. */
    public ServerConfig in(String directory) {
        Storage there = new Storage(
                directory, storage.segmentBytes, storage.flush, storage.flushIntervalMs, storage.retentionMs,
                storage.retentionBytes, storage.deleteHours, storage.diskUsedPercentMax, storage.hotBytes);
        return new ServerConfig(
                listen, access, identity, replication, there, topics, transactions, limits, logging, cluster, part, given,
                notes, ignored);
    }

    /** Returns the same configuration without a name server, for a broker beside one. */
    public ServerConfig withoutNameServer() {
        Listen without = new Listen(
                listen.bind, listen.brokerPort, listen.vipPort, OFF, listen.grpcPort, listen.openwirePort,
                listen.advertisedHost, listen.tls);
        return new ServerConfig(
                without, access, identity, replication, storage, topics, transactions, limits, logging, cluster, part,
                given, notes, ignored);
    }

    /**
     * The settings of masters and slaves.
     *
     * @param haPort port of a master for its slaves, 0 for any free one, {@link #OFF} where there is none
     * @param haHost host that slaves are told to connect to, or null
     * @param masterAddress host:port of the master's port for slaves, or null where name servers know it
     * @param slaveTimeoutMs time for which a synchronous master waits for a slave
     * @param behindMax bytes that a slave may be behind and still count as there
     * @param slaveRead whether consumers that are far behind are sent to a slave
     */
    public record Replication(
            int haPort, String haHost, String masterAddress, int slaveTimeoutMs, long behindMax, boolean slaveRead) {}

    /** The role of a broker in a replicated pair. */
    public enum BrokerRole {
        ASYNC_MASTER,
        SYNC_MASTER,
        SLAVE
    }

    /**
     * The addresses and ports of the listeners.
     *
     * @param bind local address of all listeners
     * @param brokerPort port of the broker, 0 for any free one
     * @param vipPort second port of the broker, {@link #OFF} where there is none
     * @param nameServerPort port of the name server, 0 for any free one, {@link #OFF} where there is none
     * @param grpcPort port for gRPC, 0 for any free one, {@link #OFF} where there is none
     * @param openwirePort port for JMS clients, 0 for any free one, {@link #OFF} where there is none
     * @param advertisedHost host that clients are told to connect to, or null for the one that they dialled
     * @param tls encryption of all ports
     */
    public record Listen(
            String bind, int brokerPort, int vipPort, int nameServerPort, int grpcPort, int openwirePort,
            String advertisedHost, Tls tls) {
        /** Returns the address of a port for clients, as a part of a URL. */
        public String shown(int port) {
            boolean isEveryAddress = bind.equals("0.0.0.0") || bind.equals("::") || bind.equals("[::]");
            return HostPort.text(isEveryAddress && advertisedHost != null ? advertisedHost : bind, port);
        }

        /**
         * Returns the address that the broker's clients are told to connect to, as far as it is known without a connection.
         */
        public String advertised(int port) {
            return HostPort.text(advertisedHost == null ? bind : advertisedHost, port);
        }
    }

    /**
     * The identity of this broker.
     *
     * @param brokerId 0, a master's id
     * @param nameServers addresses host:port of name servers in other processes, usually none
     * @param permission bits of what clients may do with this broker: 2 write, 4 read
     */
    public record Identity(
            String cluster, String brokerName, long brokerId, BrokerRole role, List<String> nameServers,
            int permission) {}

    /**
     * The settings of storage and retention.
     *
     * @param directory the data directory
     * @param segmentBytes size of a log segment
     * @param flushIntervalMs longest time between a write and its flush in {@link FlushMode#ASYNC_FLUSH}
     * @param retentionMs age at which messages may be deleted, in ms
     * @param retentionBytes size of the log above which the oldest segments may be deleted, 0 for no limit
     * @param deleteHours hours of the day (0 to 23) at which old segments are deleted
     * @param diskUsedPercentMax use of the disk at which expired segments are deleted at any hour, in percent
     * @param hotBytes bytes of the newest log that are expected in memory
     */
    public record Storage(
            String directory,
            int segmentBytes,
            FlushMode flush,
            int flushIntervalMs,
            long retentionMs,
            long retentionBytes,
            List<Integer> deleteHours,
            int diskUsedPercentMax,
            long hotBytes) {}

    /**
     * Topics and messages.
     *
     * @param queuesDefault maximum number of queues of a topic that a producer's first send creates
     * @param messageBytesMax maximum length of a message's body
     * @param delaysMs the delay of each delay level, level 1 first
     * @param delayMsMax maximum time until a message with its own delivery time is due
     * @param propertyFilter whether consumers may select by SQL92 expressions
     * @param deadLetters dead-letter queue of JMS clients
     * @param jmsCommandBytesMax maximum length of a JMS client's command
     */
    public record Topics(
            int queuesDefault,
            boolean autoCreateTopics,
            boolean autoCreateGroups,
            int messageBytesMax,
            List<Long> delaysMs,
            long delayMsMax,
            boolean propertyFilter,
            String deadLetters,
            int jmsCommandBytesMax) {}

    /**
     * The settings of undecided transactions.
     *
     * @param timeoutMs age of the first check
     * @param checksMax maximum number of checks
     */
    public record Transactions(long timeoutMs, int checksMax, long checkIntervalMs) {}

    /**
     * The server log.
     *
     * @param directory null for the default directory of the command
     * @param isFile whether it is also written to a file
     */
    public record Logging(LogLevels levels, String directory, boolean isFile) {}

    /**
     * The limits of what clients may make the process hold.
     *
     * @param delayedMax maximum number of waiting messages with their own delivery time
     * @param transactionsMax maximum number of messages of undecided transactions
     * @param shares shares of one user and one address in limited resources
     */
    public record Limits(
            int connectionsMax,
            long connectionIdleMs,
            int topicsMax,
            int groupsMax,
            int queuesPerTopicMax,
            int delayedMax,
            int transactionsMax,
            QuotaShares shares) {}
}
