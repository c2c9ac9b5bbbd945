package io.posthorse.interop.harness;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Free loopback ports that this process has not handed out before. */
final class FreePorts {

    private static final int LOWEST = 12_000;
    private static final int HIGHEST = 30_000;
    private static final int ATTEMPTS = 200;
    /** Ports handed out so far: a broker takes several, so a free port may be the neighbour of another broker's. */
    private static final Set<Integer> GIVEN = new HashSet<>();

    private FreePorts() {
    }

    /** Returns a port that is free together with those at given distances. */
    static synchronized int withNeighbours(int... distances) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
            List<Integer> wanted = new ArrayList<>(List.of(port));
            for (int distance : distances) {
                wanted.add(port + distance);
            }
            if (wanted.stream().noneMatch(GIVEN::contains) && wanted.stream().allMatch(FreePorts::isFree)) {
                GIVEN.addAll(wanted);
                return port;
            }
        }
        throw new IOException("no free port after " + ATTEMPTS + " attempts");
    }

    static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    static boolean accepts(int port) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
