package io.posthorse.benchmarks.shipping;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;

/** A slave: writes each batch to its file, syncs, and says so. */
final class ShippingSlave {
    private ShippingSlave() {}

    /** Takes batches of one master: {@code FILE}. Prints its port. */
    public static void main(String[] arguments) throws IOException {
        try (SyncedFile file = new SyncedFile(Path.of(arguments[0]));
                ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            System.out.println(server.getLocalPort());
            try (Socket master = server.accept()) {
                master.setTcpNoDelay(true);
                copy(master, file);
            }
        }
    }

    private static void copy(Socket master, SyncedFile file) {
        try {
            DataInputStream in = new DataInputStream(master.getInputStream());
            DataOutputStream out = new DataOutputStream(master.getOutputStream());
            byte[] batch = new byte[ShippingMaster.BATCH_BYTES];
            while (true) {
                int length = in.readInt();
                in.readFully(batch, 0, length);
                file.append(batch, length);
                out.writeInt(length);
            }
        } catch (IOException e) {
            // the master has ended
        }
    }
}
