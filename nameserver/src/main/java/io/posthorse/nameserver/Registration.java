package io.posthorse.nameserver;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.MalformedFrameException;

/**
 * A remote broker's registration.
 *
 * @param brokerId 0 for a master, above 0 for a slave
 * @param address host:port for clients
 * @param haAddress host:port for its slaves, may be empty
 * @param actingMaster whether its slave may stand in for the master
 * @param timeoutMs time for which the registration holds without being renewed
 */
record Registration(
        String cluster,
        String brokerName,
        long brokerId,
        String address,
        String haAddress,
        boolean actingMaster,
        long timeoutMs,
        TopicTable table) {
    static final long TIMEOUT_MS = 120_000;
    private static final long TIMEOUT_MS_MIN = 1_000;
    private static final long TIMEOUT_MS_MAX = 600_000;

    static Registration of(Frame request, NameServerLimits limits) {
        String haAddress = request.field("haServerAddr");
        long timeoutMs = request.number("heartbeatTimeoutMillis", TIMEOUT_MS);
        long brokerId = request.number("brokerId", 0);
        if (brokerId < 0) {
            throw new MalformedFrameException("brokerId " + brokerId + " is below 0");
        }
        return new Registration(
                name(request, "clusterName", limits),
                name(request, "brokerName", limits),
                brokerId,
                name(request, "brokerAddr", limits),
                haAddress == null ? "" : haAddress.substring(0, Math.min(haAddress.length(), limits.nameChars())),
                Boolean.parseBoolean(request.field("enableActingMaster")),
                Math.clamp(timeoutMs, TIMEOUT_MS_MIN, TIMEOUT_MS_MAX),
                TopicTable.of(request, limits));
    }

    private static String name(Frame request, String field, NameServerLimits limits) {
        String name = request.require(field);
        if (name.isEmpty() || name.length() > limits.nameChars()) {
            throw new MalformedFrameException(
                    "field " + field + " has " + name.length() + " characters; it must have 1 to " + limits.nameChars());
        }
        return name;
    }
}
