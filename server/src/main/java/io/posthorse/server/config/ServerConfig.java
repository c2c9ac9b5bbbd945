package io.posthorse.server.config;

import io.posthorse.access.AccessPolicy;
import io.posthorse.auth.Secret;
import io.posthorse.net.HostPort;
import io.posthorse.platform.QuotaShares;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;

/**
 * The whole configuration of one process, checked.
 *
 * @param given settings that are not left at their defaults, as texts by name
 * @param notes what the operator should know though it does not stop the start
 * @param ignored keys that mean nothing here, one to a text
 */
public record ServerConfig(
        Listen listen,
        Access access,
        Identity identity,
        Storage storage,
        Topics topics,
        Transactions transactions,
        Limits limits,
        Logging logging,
        Map<String, String> given,
        List<String> notes,
        List<String> ignored) {
    /** In place of a port: this listener is off. */
    public static final int OFF = -1;

    /** When a write counts as stored. */
    public enum FlushMode {
        /** Once it is handed to the operating system; a background flush follows. */
        ASYNC_FLUSH,
        /** Once it is on the disk. */
        SYNC_FLUSH
    }

    /** Whether connections are encrypted. */
    public enum TlsMode {
        DISABLED,
        PERMISSIVE,
        ENFORCING
    }

    /** Whether clients show certificates. The names are RocketMQ's values. */
    public enum ClientAuth {
        none,
        optional,
        require
    }

    /** A user's name and secret. */
    public record Credentials(String user, Secret secret) {}

    /**
     * Who may do what.
     *
     * @param enabled whether users only are admitted
     * @param first the super user that the first start makes, or null for one with a secret that is made
     * @param inner as whom the broker signs what it tells and asks name servers, or null where it does not
     * @param plainAcl path of a file of accounts in RocketMQ 4's form, or null
     * @param policy what was decided about secrets
     * @param zones time zones, beside UTC and the machine's own, in which gRPC clients may sign the time
     */
    public record Access(
            boolean enabled, Credentials first, Credentials inner, String plainAcl, AccessPolicy policy,
            List<ZoneId> zones) {}

    /**
     * Encryption of connections.
     *
     * @param certificate path of a PEM file, or null for none
     * @param key path of a PEM file, or null for none
     * @param clients whether clients show certificates
     * @param trusted path of a PEM file with the issuers of clients' certificates, or null for those that Java trusts
     */
    public record Tls(TlsMode mode, String certificate, String key, ClientAuth clients, String trusted) {
        public boolean isOn() {
            return mode != TlsMode.DISABLED && certificate != null;
        }
    }

    /** The part a broker plays in a replicated pair. */
    public enum BrokerRole {
        ASYNC_MASTER,
        SYNC_MASTER,
        SLAVE
    }

    /**
     * Where the process listens.
     *
     * @param bind local address that all listeners bind
     * @param brokerPort the broker's port, 0 for any free one
     * @param vipPort second port of the broker, {@link #OFF} where there is none
     * @param nameServerPort the name server's port, 0 for any free one, {@link #OFF} where there is none
     * @param grpcPort port for gRPC, 0 for any free one, {@link #OFF} where there is none
     * @param openwirePort port for JMS clients, 0 for any free one, {@link #OFF} where there is none
     * @param advertisedHost host that clients are told to connect to, or null for the one they dialled
     * @param tls encryption, of all ports alike
     */
    public record Listen(
            String bind, int brokerPort, int vipPort, int nameServerPort, int grpcPort, int openwirePort,
            String advertisedHost, Tls tls) {
        /** Returns where clients connect to on a port, as a part of a URL. */
        public String shown(int port) {
            boolean isEveryAddress = bind.equals("0.0.0.0") || bind.equals("::") || bind.equals("[::]");
            return HostPort.text(isEveryAddress && advertisedHost != null ? advertisedHost : bind, port);
        }

        /** Returns what clients of the broker are told to connect to, as far as that is known without them. */
        public String advertised(int port) {
            return HostPort.text(advertisedHost == null ? bind : advertisedHost, port);
        }
    }

    /**
     * Who this broker is.
     *
     * @param brokerId 0, a master's id
     * @param nameServers host:port of name servers in other processes, none as a rule
     * @param permission what clients may do with this broker at all: bits 2 write, 4 read
     */
    public record Identity(
            String cluster, String brokerName, long brokerId, BrokerRole role, List<String> nameServers,
            int permission) {}

    /**
     * What is kept, where, and how long.
     *
     * @param directory the data directory
     * @param segmentBytes size of a log segment
     * @param flushIntervalMs longest time between a write and its flush in {@link FlushMode#ASYNC_FLUSH}
     * @param retentionMs age at which messages may be deleted
     * @param retentionBytes size of the log above which the oldest segments may be deleted, 0 for no limit
     * @param deleteHours hours of the day (0 to 23) at which old segments are deleted
     * @param diskUsedPercentMax how full the disk may be before expired segments go at any hour
     * @param hotBytes how much of the newest log is taken to be in memory
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
     * @param queuesDefault most queues of a topic that a producer's first send creates
     * @param messageBytesMax greatest body of a message
     * @param delaysMs the delay of each delay level, level 1 first
     * @param delayMsMax how far ahead a message with a delivery time of its own may be due
     * @param propertyFilter whether consumers may select by SQL92 expressions
     * @param deadLetters JMS clients' queue for dead letters
     * @param jmsCommandBytesMax greatest command of a JMS client
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
     * Transactions that a producer left open.
     *
     * @param timeoutMs age at which the producer is asked the first time
     * @param checksMax how often it is asked
     */
    public record Transactions(long timeoutMs, int checksMax, long checkIntervalMs) {}

    /**
     * The server log.
     *
     * @param directory null for the one that the command has by itself
     * @param isFile whether it is written to a file too
     */
    public record Logging(LogLevels levels, String directory, boolean isFile) {}

    /**
     * What clients may make the process hold.
     *
     * @param delayedMax messages with a delivery time of their own that may wait
     * @param transactionsMax messages of undecided transactions
     * @param shares what one user and one address may have of what all share
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
