package io.posthorse.server;

import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.net.ForwardingTicket;
import io.posthorse.net.SpokenProtocol;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * The ports at which a leader serves clients, as it tells the other nodes.
 *
 * @param host where they are; empty where that is the node's host
 * @param remoting the broker's port for RocketMQ's remoting clients
 * @param grpc {@link ServerConfig#OFF} where there is none
 * @param jms {@link ServerConfig#OFF} where there is none
 * @param ticket with which the other node vouches for its clients
 */
record ClientPorts(String host, int remoting, int grpc, int jms, ForwardingTicket ticket) {
    private static final int PORT_MAX = 65_535;

    /** Returns the ports of a node that serves clients. */
    static ClientPorts of(ServerConfig config, BrokerNode node, ForwardingTicket ticket) throws IOException {
        String bind = config.listen().bind();
        boolean isAny = bind.isEmpty() || InetAddress.getByName(bind).isAnyLocalAddress();
        return new ClientPorts(isAny ? "" : bind, node.brokerPort(), node.grpcPort(), node.openwirePort(), ticket);
    }

    /** Returns the port of a purpose; {@link ServerConfig#OFF} where there is none. */
    int of(String purpose) {
        return switch (SpokenProtocol.valueOf(purpose)) {
            case REMOTING -> remoting;
            case GRPC -> grpc;
            case OPENWIRE -> jms;
            default -> ServerConfig.OFF;
        };
    }

    ByteBuffer encode() {
        return ByteBuffer.wrap(new JsonWriter().beginObject().name("host").value(host).name("remoting").value(remoting)
                .name("grpc").value(grpc).name("jms").value(jms).name("ticket").value(ticket.reveal()).endObject().bytes());
    }

    /** @throws IOException where the answer of a node is none */
    static ClientPorts decode(ByteBuffer answer) throws IOException {
        byte[] bytes = new byte[answer.remaining()];
        answer.get(bytes);
        try {
            JsonValue.Obj all = (JsonValue.Obj) JsonReader.read(bytes);
            return new ClientPorts(
                    all.text("host", ""), port(all, "remoting"), port(all, "grpc"), port(all, "jms"),
                    ForwardingTicket.of(all.text("ticket", "")));
        } catch (RuntimeException e) {
            throw new IOException("the leader has not said at which ports it serves clients: " + e.getMessage(), e);
        }
    }

    private static int port(JsonValue.Obj all, String name) {
        int port = all.integer(name, ServerConfig.OFF);
        if (port != ServerConfig.OFF && (port < 1 || port > PORT_MAX)) {
            throw new IllegalArgumentException(name + " is no port: " + port);
        }
        return port;
    }
}
