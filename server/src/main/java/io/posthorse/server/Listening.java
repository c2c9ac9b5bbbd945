package io.posthorse.server;

import io.posthorse.net.BoundPort;
import io.posthorse.net.HostPort;
import io.posthorse.net.ListenException;
import io.posthorse.net.Network;
import io.posthorse.net.SessionFactory;
import io.posthorse.net.Splices;
import io.posthorse.net.SpokenProtocol;
import io.posthorse.net.Tls;
import io.posthorse.server.config.ServerConfig;
import io.posthorse.server.config.SeveralBrokers;
import java.io.IOException;
import java.net.InetSocketAddress;

/** The listeners of a process: opens their ports, and names the setting to change where one cannot be opened. */
final class Listening {
    /**
     * The purpose of a port.
     *
     * @param speaks protocol of the port
     * @param purpose its clients, in words
     * @param key setting of its number
     * @param otherwise alternative to another number; empty where there is none
     */
    record Purpose(SpokenProtocol speaks, String purpose, String key, String otherwise) {
        static final Purpose BROKER = new Purpose(SpokenProtocol.REMOTING, "RocketMQ clients", "listenPort", "");
        static final Purpose VIP = new Purpose(
                SpokenProtocol.REMOTING, "old RocketMQ clients, listenPort - 2", "listenPort",
                "close this second port with vip.enabled=false");
        static final Purpose NAME_SERVER = new Purpose(
                SpokenProtocol.REMOTING, "the name server", "nameserver.port",
                "leave the name server out with nameserver.enabled=false");
        static final Purpose NAME_SERVER_ALONE = new Purpose(SpokenProtocol.REMOTING, "the name server", "listenPort", "");
        static final Purpose READS = new Purpose(
                SpokenProtocol.REMOTING, "consumers at a node that follows (listenPort + 1)", "listenPort",
                "leave them to the leader with slaveReadEnable=false");
        static final Purpose HA = new Purpose(SpokenProtocol.REMOTING, "slaves", "haListenPort", "");
        static final Purpose GRPC = new Purpose(
                SpokenProtocol.GRPC, "gRPC clients", "grpcServerPort", "leave gRPC out with grpc.enabled=false");
        static final Purpose JMS = new Purpose(
                SpokenProtocol.OPENWIRE, "JMS clients", "openwire.port", "leave JMS out with openwire.enabled=false");

        /** Returns the same for a port of the broker of a configuration, which may be one of several. */
        Purpose of(ServerConfig config, int port) {
            int number = config.part().number();
            if (number == 0) {
                return this;
            }
            int first = config.listen().brokerPort() - SeveralBrokers.PORT_STEP * number;
            String where = config.listen().brokerPort() == 0 ? "" : ", listenPort + " + (port - first);
            return new Purpose(
                    speaks, purpose.split(",")[0] + " of broker " + config.identity().brokerName() + where, key, otherwise);
        }
    }

    private final String bind;
    private final PortGuide guide;

    Listening(ServerConfig config) {
        this(config, new PortGuide(config));
    }

    Listening(ServerConfig config, PortGuide guide) {
        this.bind = config.listen().bind();
        this.guide = guide;
    }

    /** Returns the guide to the ports; it needs their numbers once all are open. */
    PortGuide guide() {
        return guide;
    }

    InetSocketAddress address(int port) {
        return new InetSocketAddress(bind, port);
    }

    /** Listens on a port; returns its number. */
    int open(Network network, int port, Purpose purpose, Tls tls, SessionFactory sessions) throws IOException {
        try {
            return network.listen(address(port), tls, sessions, guide.at(purpose.speaks)).getPort();
        } catch (ListenException e) {
            throw explained(e, port, purpose);
        }
    }

    /** Listens on the port for slaves, where all bytes go to their sessions; returns its number. */
    int openForSlaves(Network network, int port, Tls tls, SessionFactory sessions) throws IOException {
        try {
            return network.listen(address(port), tls, sessions).getPort();
        } catch (ListenException e) {
            throw explained(e, port, Purpose.HA);
        }
    }

    /** Opens a port whose connections go on to another node. */
    void openForSplices(Splices splices, int port, Purpose purpose) throws IOException {
        try {
            splices.listen(address(port), purpose.speaks.name());
        } catch (ListenException e) {
            throw explained(e, port, purpose);
        }
    }

    /** Opens a port on which another component accepts connections later. */
    BoundPort bind(int port, Purpose purpose) throws IOException {
        try {
            return BoundPort.open(address(port));
        } catch (ListenException e) {
            throw explained(e, port, purpose);
        }
    }

    /** Returns a port that is free at this moment. */
    int free(Purpose purpose) throws IOException {
        try {
            return Network.freePort(bind);
        } catch (ListenException e) {
            throw explained(e, 0, purpose);
        }
    }

    private IOException explained(ListenException e, int port, Purpose purpose) {
        String what = "The port " + HostPort.text(bind, port) + " for " + purpose.purpose + " cannot be opened: ";
        String text = switch (e.reason()) {
            case TAKEN -> what + "another process listens there. Stop that process, or choose another port: " + purpose.key
                    + "=PORT in the configuration file, or --set " + purpose.key + "=PORT"
                    + (purpose.otherwise.isEmpty() ? "." : "; or " + purpose.otherwise + ".");
            case NOT_OF_THIS_MACHINE -> what + bind + " is not an address of this machine. Set bind to one of its addresses,"
                    + " such as 127.0.0.1 for this machine only.";
            case UNKNOWN_HOST -> what + "the name " + bind + " cannot be looked up. Set bind to an address of this machine,"
                    + " such as 127.0.0.1.";
            case NOT_ALLOWED -> what + "the system does not allow it to this user, as usual for ports below 1024. Set "
                    + purpose.key + " to a larger number.";
            case OTHER -> what + e.getMessage() + ". Set " + purpose.key + " or bind to something else.";
        };
        return new IOException(text, e);
    }
}
