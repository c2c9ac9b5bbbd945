package io.posthorse.server;

import static io.posthorse.server.TlsProbe.serves;
import static io.posthorse.server.TlsProbe.shakesHands;
import static io.posthorse.server.TlsProbe.start;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that keep the owner busy with new keys. */
class TlsFloodTest {
    private static final int UNKNOWN_CODE = 9_999;

    @TempDir
    Path directory;

    /** Some requests for new keys are answered, then the connection is closed; other clients are served meanwhile. */
    @Test
    void secT14EndlessKeyUpdatesAreLimitedAndAffectNoOtherClient() throws Exception {
        SSLContext trusting = new Certificates(directory).make("server").client("server", null);
        try (Server server = start(directory, "ENFORCING", "server")) {
            for (int port : new int[] {server.brokerPort(), server.grpcPort()}) {
                try (Socket plain = new Socket("127.0.0.1", port);
                        SSLSocket flood =
                                (SSLSocket) trusting.getSocketFactory().createSocket(plain, "127.0.0.1", port, true)) {
                    SSLParameters parameters = flood.getSSLParameters();
                    parameters.setApplicationProtocols(new String[] {"h2"});
                    flood.setSSLParameters(parameters);
                    flood.startHandshake();
                    assertEquals("TLSv1.3", flood.getSession().getProtocol());
                    AtomicLong done = new AtomicLong();
                    Thread flooding = Thread.ofPlatform().start(() -> {
                        try {
                            while (true) {
                                flood.startHandshake(); // on an open connection: new keys in both directions
                                done.incrementAndGet();
                            }
                        } catch (IOException e) {
                            // closed
                        }
                    });
                    await().until(() -> done.get() > 100);
                    for (int i = 0; i < 8; i++) {
                        assertTrue(serves(server.brokerPort(), trusting), "port " + port);
                        assertTrue(shakesHands(server, trusting), "port " + port);
                    }
                    assertTrue(flooding.join(Duration.ofSeconds(20)), "the connection is still open, port " + port);
                    plain.close();
                    flooding.join();
                }
            }
        }
    }

    @Test
    void muchDataInFragmentedRecordsIsNoFlood() throws Exception {
        SSLContext trusting = new Certificates(directory).make("server").client("server", null);
        try (Server server = start(directory, "ENFORCING", "server");
                Socket socket = TlsProbe.open(server.brokerPort(), trusting)) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            for (int bytes : new int[] {0, 100, 20_000, 3_000_000, 20_000, 0, 3_000_000}) {
                Frame request = new Frame(
                        UNKNOWN_CODE, Frame.JAVA, Frame.VERSION, 1, 0, null, Map.of(), new byte[bytes], false);
                for (int i = 0; i < 10; i++) {
                    socket.getOutputStream().write(FrameCodec.encode(request));
                    in.readFully(new byte[FrameCodec.checkLength(in.readInt())]);
                }
            }
        }
    }

    /** Java's own TLS pads each record with 16 bytes. */
    @Test
    void manySmallRequestsOnOneConnectionAreNoFlood() throws Exception {
        SSLContext trusting = new Certificates(directory).make("server").client("server", null);
        try (Server server = start(directory, "ENFORCING", "server");
                Socket socket = TlsProbe.open(server.brokerPort(), trusting)) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] request = FrameCodec.encode(new Frame(
                    UNKNOWN_CODE, Frame.JAVA, Frame.VERSION, 1, 0, null, Map.of(), new byte[0], false));
            for (int i = 0; i < 5_000; i++) {
                socket.getOutputStream().write(request);
                in.readFully(new byte[FrameCodec.checkLength(in.readInt())]);
            }
        }
    }
}
