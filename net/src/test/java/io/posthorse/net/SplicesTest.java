package io.posthorse.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.posthorse.platform.Clock;
import io.posthorse.platform.QuotaShares;
import io.posthorse.testkit.SeededEntropy;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that one node passes on to another: their bytes, their ends, and who may say whose they are. */
@Timeout(60)
class SplicesTest {
    private static final int BYTES = 8 << 20;
    private static final int PLACES = 20;
    private static final String PURPOSE = SpokenProtocol.REMOTING.name();

    private final Network leader =
            new Network(new NetSettings(100, 60, 1 << 20, new QuotaShares(100, 100), true), Clock.system());
    private final Splices splices = new Splices(PLACES, new QuotaShares(100, 100), true);
    private final ForwardingTickets tickets = new ForwardingTickets(new SeededEntropy(1));
    private final BlockingQueue<InetSocketAddress> clients = new LinkedBlockingQueue<>();
    private final AtomicInteger failures = new AtomicInteger();
    private InetSocketAddress there;
    private InetSocketAddress here;

    /** Answers with what it was sent, once the peer takes it. */
    private final class Echo implements Session {
        private final Connection connection;

        Echo(Connection connection) {
            this.connection = connection;
            connection.admit();
            clients.add(connection.remote());
        }

        @Override
        public int read(ByteBuf in) {
            if (connection.takesMore()) {
                connection.send(connection.buffer(in.readableBytes()).writeBytes(in));
                connection.flush();
            }
            return 0;
        }

        @Override
        public void closed() {}
    }

    /** A leader at an address. */
    private record At(String name, InetSocketAddress address, ForwardingTicket ticket, Runnable onFailure)
            implements Splices.Target {
        @Override
        public InetSocketAddress address(String purpose) {
            return address;
        }

        @Override
        public void failed() {
            onFailure.run();
        }
    }

    private static PortProtocols signpost() {
        return new PortProtocols() {
            @Override
            public SpokenProtocol speaks() {
                return SpokenProtocol.REMOTING;
            }

            @Override
            public String direct(SpokenProtocol spoken) {
                return "";
            }

            @Override
            public String directPlain() {
                return "";
            }
        };
    }

    @BeforeEach
    void open() throws IOException {
        InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        leader.forwarded(tickets);
        there = leader.listen(any, null, Echo::new, signpost());
        here = splices.listen(any, PURPOSE);
    }

    @AfterEach
    void close() {
        splices.close();
        leader.close();
    }

    private At target(InetSocketAddress address) {
        return new At("leader", address, tickets.give("follower"), failures::incrementAndGet);
    }

    private static Socket socket(InetSocketAddress to) throws IOException {
        Socket socket = new Socket(to.getAddress(), to.getPort());
        socket.setSoTimeout(20_000);
        return socket;
    }

    /** Returns a text's bytes, which no protocol's connection begins with. */
    private static byte[] bytes(String text) {
        return ("########" + text).getBytes(StandardCharsets.US_ASCII);
    }

    private InetSocketAddress client() throws InterruptedException {
        return clients.poll(20, TimeUnit.SECONDS);
    }

    @Test
    void theLeaderSeesTheClientsAddress() throws Exception {
        InetSocketAddress elsewhere = new InetSocketAddress(InetAddress.getByName("192.0.2.7"), 4_711);
        ForwardingTicket ticket = tickets.give("follower");
        ByteBuffer header = ByteBuffer.allocate(16 + 12 + 3 + ForwardingTicket.SEAL_BYTES);
        header.put("\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII)).put((byte) 0x21).put((byte) 0x11);
        header.putShort((short) (header.capacity() - 16)).put(elsewhere.getAddress().getAddress());
        header.put(there.getAddress().getAddress()).putShort((short) elsewhere.getPort());
        header.putShort((short) there.getPort()).put(ForwardedClients.SEAL_TYPE);
        header.putShort((short) ForwardingTicket.SEAL_BYTES).put(ticket.seal(PURPOSE, elsewhere, there));
        assertEquals('#', answer(header.array()));
        assertEquals(elsewhere, client());
    }

    @Test
    void aClientOnTheFollowersMachineIsNotOnTheLeaders() throws Exception {
        splices.to(target(there));
        try (Socket socket = socket(here)) {
            socket.getOutputStream().write(bytes("hello"));
            assertArrayEquals(bytes("hello"), socket.getInputStream().readNBytes(bytes("hello").length));
            assertNotEquals(socket.getLocalSocketAddress(), client(), "the follower's own address");
        }
    }

    @Test
    void connectionsThatEndAsUsualFreeTheirPlaces() throws Exception {
        splices.to(target(there));
        for (int i = 0; i < 3 * PLACES; i++) {
            try (Socket socket = socket(here)) {
                socket.getOutputStream().write(bytes("hello"));
                assertArrayEquals(bytes("hello"), socket.getInputStream().readNBytes(bytes("hello").length), "client " + i);
            }
        }
    }

    /** Otherwise who begins a header and stops would be nobody's, and keep everybody out. */
    @Test
    void whoBeginsAHeaderAndStopsIsAStranger() throws Exception {
        List<Socket> slow = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            Socket socket = socket(there);
            socket.getOutputStream().write("\r\n\r\n\0\r\nQUIT\n".getBytes(StandardCharsets.US_ASCII));
            slow.add(socket);
        }
        try (Socket one = socket(there)) {
            assertEquals(-1, one.getInputStream().read(), "64 strangers of one network are there");
        }
        for (Socket socket : slow) {
            assertEquals(-1, socket.getInputStream().read(), "the header has to come at once");
            socket.close();
        }
        splices.to(target(there));
        try (Socket socket = socket(here)) {
            socket.getOutputStream().write(bytes("hello"));
            assertEquals('#', socket.getInputStream().read());
        }
    }

    @Test
    void aConnectionOfItsOwnHasItsOwnAddress() throws Exception {
        try (Socket socket = socket(there)) {
            socket.getOutputStream().write(bytes("hello"));
            assertArrayEquals(bytes("hello"), socket.getInputStream().readNBytes(bytes("hello").length));
            assertEquals(socket.getLocalSocketAddress(), client());
        }
    }

    @Test
    void aSilentConnectionIsServedToo() throws Exception {
        try (Socket socket = socket(there)) {
            assertEquals(socket.getLocalSocketAddress(), client());
        }
    }

    @Test
    void manyBytesPassWholeInBothDirectionsAndTheEndBehindThem() throws Exception {
        splices.to(target(there));
        byte[] sent = new byte[BYTES];
        new Random(3).nextBytes(sent);
        Arrays.fill(sent, 0, 16, (byte) '#');
        try (Socket socket = socket(here)) {
            CompletableFuture<Void> writing = CompletableFuture.runAsync(() -> {
                try {
                    socket.getOutputStream().write(sent);
                    socket.shutdownOutput();
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            byte[] back = socket.getInputStream().readNBytes(BYTES);
            assertArrayEquals(sent, back);
            writing.get();
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void aConnectionWaitsUntilALeaderIsKnown() throws Exception {
        try (Socket socket = socket(here)) {
            socket.getOutputStream().write(bytes("early"));
            splices.to(target(there));
            assertArrayEquals(bytes("early"), socket.getInputStream().readNBytes(bytes("early").length));
        }
    }

    @Test
    void aClientThatEndsItsSideBeforeALeaderIsKnownIsAnswered() throws Exception {
        try (Socket socket = socket(here)) {
            socket.getOutputStream().write(bytes("last words"));
            socket.shutdownOutput();
            assertEquals(0, clients.size());
            splices.to(target(there));
            assertArrayEquals(bytes("last words"), socket.getInputStream().readAllBytes());
        }
    }

    @Test
    void connectionsToALeaderOfBeforeEnd() throws Exception {
        splices.to(target(there));
        try (Socket socket = socket(here)) {
            socket.getOutputStream().write(bytes("a"));
            socket.getInputStream().readNBytes(bytes("a").length);
            splices.to(target(there)); // the same, with another ticket
            socket.getOutputStream().write('b');
            assertEquals('b', socket.getInputStream().read());
            splices.to(null);
            assertEquals(-1, socket.getInputStream().read());
        }
    }

    @Test
    void aHeaderThatWasOverheardIsRefusedAndSoIsOneForAnotherPort() throws Exception {
        byte[] overheard;
        try (ServerSocket fake = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            splices.to(target(new InetSocketAddress(fake.getInetAddress(), fake.getLocalPort())));
            try (Socket socket = socket(here); Socket taken = fake.accept()) {
                socket.getOutputStream().write(bytes("x"));
                overheard = taken.getInputStream().readNBytes(16 + 12 + 3 + ForwardingTicket.SEAL_BYTES);
            }
        }
        assertEquals('#', answer(overheard));
        assertEquals(-1, answer(overheard));
        overheard[overheard.length - 1] ^= 1;
        assertEquals(-1, answer(overheard));
        ForwardingTicket ticket = tickets.give("other");
        byte[] seal = ticket.seal(SpokenProtocol.GRPC.name(), here, there);
        assertTrue(!tickets.admits(seal, PURPOSE, here, there));
        assertTrue(tickets.admits(seal, SpokenProtocol.GRPC.name(), here, there));
    }

    private int answer(byte[] header) throws IOException {
        try (Socket socket = socket(there)) {
            OutputStream out = socket.getOutputStream();
            for (byte one : header) { // in pieces
                out.write(one);
            }
            out.write(bytes(""));
            InputStream in = socket.getInputStream();
            return in.read();
        } catch (IOException e) {
            return -1; // reset
        }
    }

    @Test
    void ticketsOfATermThatEndedAreRefusedAndTheNodeAsksAnew() throws Exception {
        splices.to(target(there));
        tickets.revoke();
        try (Socket socket = socket(here)) {
            socket.getOutputStream().write(bytes("late"));
            assertEquals(-1, socket.getInputStream().read());
        }
        assertEquals(1, failures.get());
    }
}
