package io.posthorse.benchmarks.shipping;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A master: gathers what its clients send while the last batch is under way, writes it to its file and to both slaves, and
 * acknowledges it once two of the three have synced it. Messages have no header, and {@code message.bytes} bytes (1,024).
 */
final class ShippingMaster {
    static final int BATCH_BYTES = 1 << 20;
    private static final int MESSAGE_BYTES = Integer.getInteger("message.bytes", 1_024);

    private final SyncedFile file;
    private final List<Copy> copies = new ArrayList<>();
    private final Object syncs = new Object();
    /** Bytes that were shipped. */
    private long shipped;
    private byte[] gathering = new byte[BATCH_BYTES];
    private byte[] shipping = new byte[BATCH_BYTES];
    private int gathered;
    private List<Client> waiting = new ArrayList<>();

    private ShippingMaster(SyncedFile file) {
        this.file = file;
    }

    /** Serves clients until it is stopped: {@code FILE PORT PORT}, the ports those of slaves. Prints its own. */
    public static void main(String[] arguments) throws Exception {
        ShippingMaster master = new ShippingMaster(new SyncedFile(Path.of(arguments[0])));
        for (int i = 1; i < arguments.length; i++) {
            Socket slave = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(arguments[i]));
            slave.setTcpNoDelay(true);
            master.copies.add(master.new Copy(slave));
        }
        try (ServerSocket server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress())) {
            System.out.println(server.getLocalPort());
            Thread.ofPlatform().daemon().start(master::ship);
            while (true) {
                Socket client = server.accept();
                client.setTcpNoDelay(true);
                Thread.ofPlatform().daemon().start(() -> master.serve(client));
            }
        }
    }

    /** The link to a slave. */
    private final class Copy {
        private final DataOutputStream out;
        /** Bytes that it has synced. */
        private long synced;

        Copy(Socket socket) throws IOException {
            out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (true) {
                        int length = in.readInt();
                        synchronized (syncs) {
                            synced += length;
                            syncs.notifyAll();
                        }
                    }
                } catch (IOException e) {
                    // the test is over
                }
            });
        }
    }

    /** Messages of one client in a batch. */
    private record Client(DataOutputStream out, int messages) {}

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            byte[] bytes = new byte[64 * MESSAGE_BYTES];
            int there = 0;
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes, there, bytes.length - there)) {
                there += read;
                int whole = there / MESSAGE_BYTES * MESSAGE_BYTES;
                if (whole > 0) {
                    gather(bytes, whole, out);
                    System.arraycopy(bytes, whole, bytes, 0, there - whole);
                    there -= whole;
                }
            }
        } catch (IOException | InterruptedException e) {
            // the client has ended
        }
    }

    private synchronized void gather(byte[] bytes, int length, DataOutputStream client) throws InterruptedException {
        while (gathered + length > BATCH_BYTES) {
            wait();
        }
        System.arraycopy(bytes, 0, gathering, gathered, length);
        gathered += length;
        waiting.add(new Client(client, length / MESSAGE_BYTES));
        notifyAll();
    }

    private void ship() {
        try {
            while (true) {
                int length;
                List<Client> clients;
                synchronized (this) {
                    while (gathered == 0) {
                        wait();
                    }
                    length = gathered;
                    clients = waiting;
                    byte[] next = shipping;
                    shipping = gathering;
                    gathering = next;
                    gathered = 0;
                    waiting = new ArrayList<>();
                    notifyAll();
                }
                ship(length);
                for (Client client : clients) {
                    client.out.writeInt(client.messages);
                }
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns once this file and that of one slave have the batch. */
    private void ship(int length) throws IOException, InterruptedException {
        for (Copy copy : copies) {
            copy.out.writeInt(length);
            copy.out.write(shipping, 0, length);
        }
        file.append(shipping, length);
        shipped += length;
        synchronized (syncs) {
            while (copies.stream().noneMatch(copy -> copy.synced >= shipped)) {
                syncs.wait();
            }
        }
    }
}
