package io.posthorse.server;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;

/** A stand-in for a slave's master, which says what a test tells it to. */
final class StandInMaster implements AutoCloseable {
    private static final int LONG_MS = 20_000;

    private final ServerSocket port;

    StandInMaster() throws IOException {
        port = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
    }

    int port() {
        return port.getLocalPort();
    }

    /** Waits until a slave dials. */
    Link dialled() throws IOException {
        port.setSoTimeout(LONG_MS);
        return new Link(port.accept());
    }

    /** Returns whether no slave dials for a time. */
    boolean isLeftAlone(int ms) throws IOException {
        port.setSoTimeout(ms);
        try (Socket unwanted = port.accept()) {
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        port.close();
    }

    /** The connection of a slave. */
    static final class Link implements AutoCloseable {
        private final Socket socket;

        Link(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(LONG_MS);
        }

        /** Greets the slave, asks for no proof, and takes its hello. */
        void greet() throws IOException {
            new DataInputStream(socket.getInputStream()).readFully(new byte[SlaveFrames.preface().length]);
            say(SlaveFrames.greeting());
            awaitKind(SlaveFrames.HELLO);
        }

        void say(byte[] frame) throws IOException {
            socket.getOutputStream().write(frame);
        }

        /** Takes frames until one of a kind comes. */
        void awaitKind(int kind) throws IOException {
            while (SlaveFrames.read(socket.getInputStream()) != kind) {
                continue;
            }
        }

        /** Returns whether the slave closes the connection, after whatever it says before. */
        boolean isClosedBySlave() throws IOException {
            try {
                for (int i = 0; i < 20; i++) { // it says something about once a second
                    SlaveFrames.read(socket.getInputStream());
                }
                return false;
            } catch (SocketTimeoutException e) {
                return false;
            } catch (IOException e) {
                return true;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
