package io.posthorse.server;

import static io.posthorse.server.TlsProbe.serves;
import static io.posthorse.server.TlsProbe.shakesHands;
import static io.posthorse.server.TlsProbe.start;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who keeps the owner busy with new keys. */
class TlsFloodTest {
    @TempDir
    Path directory;

    /** Each request for new keys is answered; others are served meanwhile. */
    @Test
    void secT14NewKeysWithoutEndStopNobodyElse() throws Exception {
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
                                flood.startHandshake(); // on an open connection: new keys, and the peer's too
                                done.incrementAndGet();
                            }
                        } catch (IOException e) {
                            // closed
                        }
                    });
                    await().until(() -> done.get() > 1_000);
                    for (int i = 0; i < 8; i++) {
                        assertTrue(serves(server.brokerPort(), trusting), "port " + port);
                        assertTrue(shakesHands(server, trusting), "port " + port);
                    }
                    plain.close();
                    flooding.join();
                }
            }
        }
    }
}
