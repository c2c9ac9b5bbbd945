package io.posthorse.interop.harness;

import java.nio.file.Path;
import java.util.Map;

/**
 * The configuration of a broker under test.
 *
 * @param data directory that outlives restarts
 * @param listenPort the port for clients; the VIP port is two below
 * @param nameServerPort the port of the name server
 * @param grpcPort the port for gRPC
 * @param jmsPort the port for JMS
 * @param settings further broker settings by key
 */
record BrokerPlan(
        Path data, int listenPort, int nameServerPort, int grpcPort, int jmsPort, Map<String, String> settings) {

    static final String LOOPBACK = "127.0.0.1";

    int vipPort() {
        return listenPort - 2;
    }
}
