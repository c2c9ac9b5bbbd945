package io.posthorse.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options of commands that send requests to a broker: its address, and those of {@link RemoteAccess}. */
final class RemoteOptions {
    /** The environment variable with the secret of the user of {@code --access-key}. */
    static final String SECRET_VARIABLE = RemoteAccess.SECRET_VARIABLE;

    private static final int CONNECT_MS = 5_000;
    private static final int ANSWER_MS = 30_000;

    @Option(names = "--broker", paramLabel = "HOST:PORT", defaultValue = "127.0.0.1:10911",
            description = "the broker's address, ${DEFAULT-VALUE} by default")
    private String broker;

    @Mixin
    private RemoteAccess access;

    /** Connects to the broker. */
    RemoteBroker open() throws CommandFailedException {
        int colon = broker.lastIndexOf(':');
        int port = colon < 1 ? -1 : port(broker.substring(colon + 1));
        if (port < 0) {
            throw wrong("--broker " + broker + " is not an address, so no request was sent. Write host:port, such as"
                    + " 127.0.0.1:10911.");
        }
        RemoteAccess.Line line = access.line();
        String host = broker.substring(0, colon).replaceAll("^\\[|]$", "");
        Socket socket = new Socket();
        try {
            socket.connect(new InetSocketAddress(host, port), CONNECT_MS);
            socket.setSoTimeout(ANSWER_MS);
            socket.setTcpNoDelay(true);
            return line.over(socket, broker, host, port);
        } catch (IOException e) {
            close(socket);
            throw new CommandFailedException(Launch.NOT_STARTED, "No broker was reached at " + broker + " ("
                    + RemoteBroker.reason(e) + "). Nothing was changed. Start it (bin/posthorse start), or"
                    + " give its address with --broker host:port" + (line.encryption() == null ? "."
                    : "; with --tls, the port must accept TLS, and its certificate must be valid for " + host
                            + " and trusted (--tls-trust)."));
        }
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            return port > 0 && port < 65_536 ? port : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            // the socket is unusable anyway
        }
    }

    private static CommandFailedException wrong(String text) {
        return new CommandFailedException(Launch.WRONG_CONFIGURATION, text);
    }
}
