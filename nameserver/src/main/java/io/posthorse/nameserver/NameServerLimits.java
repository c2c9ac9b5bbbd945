package io.posthorse.nameserver;

/**
 * Limits of what remote peers may store in a name server.
 *
 * @param brokers broker names that may register
 * @param brokerAddresses addresses (master and slaves) of one broker name
 * @param topicsPerBroker topics of one broker name
 * @param topics topics of all broker names together, a topic on two brokers counted twice
 * @param kvEntries entries of the key-value configuration
 * @param kvChars length of all its entries together
 * @param nameChars length of a name (topic, broker, cluster, address, key)
 * @param kvValueChars length of a value of the key-value configuration
 * @param registrationBytes size of a registration's body, after inflating
 */
public record NameServerLimits(
        int brokers,
        int brokerAddresses,
        int topicsPerBroker,
        int topics,
        int kvEntries,
        int kvChars,
        int nameChars,
        int kvValueChars,
        int registrationBytes) {
    public static final NameServerLimits STANDARD =
            new NameServerLimits(1_000, 16, 50_000, 500_000, 10_000, 4 << 20, 255, 65_536, 16 * 1024 * 1024);
}
