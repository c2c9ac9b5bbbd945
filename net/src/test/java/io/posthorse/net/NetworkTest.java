package io.posthorse.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaShares;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The listeners of the event loop. */
@Timeout(60)
class NetworkTest {
    private static final int NEWCOMERS = 40;

    private final CountDownLatch reads = new CountDownLatch(1);
    private final CountDownLatch isOpen = new CountDownLatch(1);
    private final CountDownLatch opens = new CountDownLatch(1 + NEWCOMERS);
    /** Connections opened before the read; used on the owner's thread. */
    private int openedBefore;
    /** Calls of the listener for received bytes, in total and before the newest read; used on the owner's thread. */
    private int told;
    private int toldBeforeRead;

    /** A session of a known peer, which counts. */
    private final class Counting implements Session {
        private Counting(Connection connection) {
            connection.admit();
            if (reads.getCount() > 0) {
                openedBefore++;
            }
            isOpen.countDown();
            opens.countDown();
        }

        @Override
        public int read(ByteBuf in) {
            toldBeforeRead = told;
            in.skipBytes(in.readableBytes());
            reads.countDown();
            return 0;
        }

        @Override
        public void closed() {}
    }

    @Test
    void receivedBytesAreToldBeforeTheirSessionReadsThem() throws Exception {
        NetSettings settings = new NetSettings(10, 60, 1 << 20, new QuotaShares(100, 100), true);
        try (Network network = new Network(settings, Clock.system())) {
            network.onReceived(() -> told++);
            InetSocketAddress address = network.listen(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Counting::new);
            try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                socket.getOutputStream().write(1);
                assertTrue(reads.await(20, TimeUnit.SECONDS));
                assertEquals(1, network.onOwner(() -> toldBeforeRead));
            }
        }
    }

    /** A peer that connects without end delays others' new connections by a sixteenth of its own. */
    @Test
    void secT31SeveralConnectionsAreAcceptedInOneRoundButNotAll() throws Exception {
        List<Socket> sockets = new ArrayList<>();
        NetSettings settings = new NetSettings(1_000, 60, 1 << 20, new QuotaShares(100, 100), true);
        try (Network network = new Network(settings, Clock.system())) {
            InetSocketAddress address = network.listen(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), null, Counting::new);
            sockets.add(new Socket(address.getAddress(), address.getPort()));
            assertTrue(isOpen.await(20, TimeUnit.SECONDS));
            network.onOwner(() -> {
                for (int i = 0; i < NEWCOMERS; i++) {
                    sockets.add(new Socket(address.getAddress(), address.getPort()));
                }
                sockets.getFirst().getOutputStream().write(1);
                return null;
            });
            assertTrue(opens.await(20, TimeUnit.SECONDS) && reads.await(20, TimeUnit.SECONDS));
            int accepted = network.onOwner(() -> openedBefore - 1);
            assertTrue(accepted > 1 && accepted <= 16, () -> accepted + " accepted before the known peer was read");
        } finally {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
