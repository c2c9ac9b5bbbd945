package io.posthorse.server;

import io.posthorse.net.PortProtocols;
import io.posthorse.net.SpokenProtocol;
import io.posthorse.server.config.ServerConfig;
import java.util.List;
import java.util.stream.Collectors;

/** The protocols of this process's ports, and the texts for clients that connected to the wrong one. */
final class PortGuide {
    /**
     * The open ports; {@link ServerConfig#OFF} stands for closed ones.
     *
     * @param brokers those of the brokers for RocketMQ's remoting clients
     */
    record Ports(List<Integer> brokers, int nameServer, int grpc, int jms) {
        private String words(String ofOne, String ofSeveral) {
            return (brokers.size() == 1 ? ofOne : ofSeveral)
                    + brokers.stream().map(String::valueOf).collect(Collectors.joining(", ")) + ".";
        }
    }

    private final boolean encrypts;
    private final boolean mayEncrypt;
    private volatile Ports ports;
    private boolean hasNoGrpc;

    PortGuide(ServerConfig config) {
        ServerConfig.Listen listen = config.listen();
        this.encrypts = listen.tls().isOn();
        this.mayEncrypt = listen.tls().mode() != ServerConfig.TlsMode.DISABLED;
        this.ports = new Ports(
                List.of(listen.brokerPort()), listen.nameServerPort(), listen.grpcPort(), listen.openwirePort());
    }

    /** Sets the ports, once all are open. */
    synchronized void opened(Ports now) {
        ports = hasNoGrpc ? new Ports(now.brokers, now.nameServer, ServerConfig.OFF, now.jms) : now;
    }

    /** Notes that the port for gRPC was closed again, since it could not be served. */
    synchronized void hasNoGrpc() {
        hasNoGrpc = true;
        opened(ports);
    }

    /** Returns the texts for clients of a port. */
    PortProtocols at(SpokenProtocol speaks) {
        return new PortProtocols() {
            @Override
            public SpokenProtocol speaks() {
                return speaks;
            }

            @Override
            public String direct(SpokenProtocol spoken) {
                return PortGuide.this.direct(spoken, speaks);
            }

            @Override
            public String directPlain() {
                return "Connections must be encrypted here (tls.server.mode=ENFORCING).";
            }
        };
    }

    private String direct(SpokenProtocol spoken, SpokenProtocol here) {
        Ports now = ports;
        return switch (spoken) {
            case REMOTING -> now.nameServer == ServerConfig.OFF
                    ? "RocketMQ's clients ask a name server first; " + now.words(
                            "the broker itself is at port ", "the brokers themselves are at ports ")
                    : "RocketMQ's clients connect to the name server, port " + now.nameServer + " (namesrvAddr)"
                            + (now.brokers.isEmpty() ? "." : ", which sends them to " + now.words(
                                    "the broker, port ", "the brokers, ports "));
            case GRPC -> port(now.grpc, "gRPC clients connect to port ", "There is no gRPC here (grpc.enabled).");
            case OPENWIRE -> port(now.jms, "JMS clients connect to port ", "There is no JMS here (openwire.enabled).");
            case HTTP -> "There is no web page here: ask with mqadmin or RocketMQ's dashboard (docs/administration.md)."
                    + (here == SpokenProtocol.GRPC ? "" : port(now.grpc, " gRPC clients connect to port ", ""));
            case TLS -> encrypts
                    ? "Its encryption is within another one already: leave one out."
                    : mayEncrypt
                            ? "Nothing is encrypted here: set tls.server.certPath and tls.server.keyPath, or have the"
                                    + " client connect without TLS."
                            : "Encryption is off here (tls.server.mode=DISABLED): have the client connect without TLS.";
            case PROXY -> "Have the load balancer pass connections on as they are, without that header.";
            case AMQP, MQTT, STOMP -> "Posthorse speaks RocketMQ's protocols and ActiveMQ's OpenWire, not this one.";
        };
    }

    private static String port(int number, String words, String otherwise) {
        return number == ServerConfig.OFF ? otherwise : words + number + ".";
    }
}
