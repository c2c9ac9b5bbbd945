package io.posthorse.interop.attack;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * An attack.
 *
 * @param name its name in the report
 * @param step part of the attack, which is repeated until the time is over
 */
record Attack(String name, Step step) {
    /** Does part of the attack. A broken connection is the expected defence. */
    interface Step {
        void run(Target target, Open open) throws IOException;
    }

    /** Connections that an attack keeps open, up to a maximum; the oldest is closed first. */
    static final class Open implements AutoCloseable {
        private static final int MAX = 600;
        /** Address of the attackers. It is not the user's, since users of the attackers' address may be kept out. */
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
