package io.posthorse.server;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.server.config.ConfigLoader;
import io.posthorse.server.config.ConfigSources;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/** A server with a certificate, and a check whether a client is served. */
final class TlsProbe {
    private static final int UNKNOWN_CODE = 9_999;

    private TlsProbe() {}

    /** Starts a server on free ports with the files NAME.pem and NAME.key of a directory. */
    static Server start(Path directory, String mode, String certificate, String... sets) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "listenPort=0", "nameserver.port=0", "grpcServerPort=0", "openwire.port=0", "tls.server.mode=" + mode,
                "storePathRootDir=" + directory.resolve("data"),
                "tls.server.certPath=" + directory.resolve(certificate + ".pem"),
                "tls.server.keyPath=" + directory.resolve(certificate + ".key")));
        all.addAll(List.of(sets));
        return Server.start(ConfigLoader.load(new ConfigSources(null, null, Map.of(), all, "host")));
    }

    /** Connects; with encryption where there is a context, but without a handshake. */
    static Socket open(int port, SSLContext context) throws IOException {
        Socket plain = new Socket(InetAddress.getLoopbackAddress(), port);
        plain.setSoTimeout(10_000);
        if (context == null) {
            return plain;
        }
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(plain, "127.0.0.1", port, true);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        socket.setSSLParameters(parameters);
        return socket;
    }

    static boolean serves(int port, SSLContext context) {
        try (Socket socket = open(port, context)) {
            return ask(socket) == ResponseCode.REQUEST_CODE_NOT_SUPPORTED;
        } catch (IOException e) {
            return false;
        }
    }

    static int ask(Socket socket) throws IOException {
        Frame request = new Frame(UNKNOWN_CODE, Frame.JAVA, Frame.VERSION, 1, 0, null, Map.of(), new byte[0], false);
        socket.getOutputStream().write(FrameCodec.encode(request));
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[FrameCodec.checkLength(in.readInt())];
        in.readFully(answer);
        return FrameCodec.decode(answer).code();
    }

    /** Returns whether the gRPC port sends a certificate that the client trusts. */
    static boolean shakesHands(Server server, SSLContext context) throws IOException {
        try (SSLSocket socket = (SSLSocket) open(server.grpcPort(), context)) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setApplicationProtocols(new String[] {"h2"});
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return socket.getApplicationProtocol().equals("h2");
        } catch (SSLException | SocketException e) {
            return false;
        }
    }

    /**
     * Returns the next byte from the peer, -1 where it has closed or reset the connection, -2 where nothing comes in time.
     */
    static int end(Socket socket) {
        try {
            return socket.getInputStream().read();
        } catch (SocketTimeoutException e) {
            return -2;
        } catch (IOException e) {
            return -1; // reset
        }
    }
}
