package io.posthorse.interop.attack;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * One way to do harm.
 *
 * @param name what it is called in the report
 * @param step does some of it; called again and again until the time is up
 */
record Attack(String name, Step step) {
    /** Does some harm. A broken connection is no news: it is what should happen. */
    interface Step {
        void run(Target target, Open open) throws IOException;
    }

    /** Connections that an attack keeps open, so many at most; the oldest goes first. */
    static final class Open implements AutoCloseable {
        private static final int MAX = 600;
        /** Attackers come from another address than the user: who shares one with them can be kept out of it. */
        private static final String ELSEWHERE = "127.0.0.2";

        private final List<Socket> sockets = new ArrayList<>();

        Socket connect(int port) throws IOException {
            if (sockets.size() >= MAX) {
                sockets.removeFirst().close();
            }
            Socket socket = Wire.connect(ELSEWHERE, port);
            sockets.add(socket);
            return socket;
        }

        @Override
        public void close() throws IOException {
            for (Socket socket : sockets) {
                socket.close();
            }
        }
    }
}
