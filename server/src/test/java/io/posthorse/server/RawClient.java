package io.posthorse.server;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A client that sends exactly what a test demands, frame by frame or byte by byte. */
final class RawClient implements AutoCloseable {
    static final byte[] NO_BODY = {};
    private static final int TIMEOUT_MS = 20_000;
    private static final int CLIENT_VERSION = 407;

    private final Socket socket;
    private final DataInputStream in;
    private final boolean binary;
    private final List<Frame> pushed = new ArrayList<>();
    private int opaque = 100;
    private String user;
    private String secret;

    RawClient(int port, boolean binary) {
        this.binary = binary;
        try {
            socket = new Socket("127.0.0.1", port);
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MS);
            in = new DataInputStream(socket.getInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Signs all later requests, as RocketMQ's clients do. */
    RawClient as(String name, String itsSecret) {
        user = name;
        secret = itsSecret;
        return this;
    }

    /** Sends a request and waits for its answer. */
    Frame ask(int code, Map<String, String> fields, byte[] body) {
        return answer(send(code, fields, body));
    }

    Frame ask(int code, Map<String, String> fields) {
        return ask(code, fields, NO_BODY);
    }

    /** Sends a request; returns its opaque. */
    int send(int code, Map<String, String> fields, byte[] body) {
        write(FrameCodec.encode(frame(code, 0, fields, body)));
        return opaque;
    }

    void sendOneWay(int code, Map<String, String> fields, byte[] body) {
        write(FrameCodec.encode(frame(code, Frame.FLAG_ONE_WAY, fields, body)));
    }

    /** Returns a request of this client without sending it. */
    Frame frame(int code, int flag, Map<String, String> fields, byte[] body) {
        Map<String, String> all = user == null ? fields : Signature.sign(fields, body, user, secret);
        return new Frame(code, Frame.JAVA, CLIENT_VERSION, ++opaque, flag, null, all, body, binary);
    }

    void write(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the next answer, which must belong to that request; keeps requests of the broker for later. */
    Frame answer(int expected) {
        Frame frame = next();
        if (frame.opaque() != expected) {
            throw new AssertionError("expected the answer to " + expected + ", got " + frame);
        }
        return frame;
    }

    /** Returns the next answer to any request. */
    Frame next() {
        while (true) {
            Frame frame = read();
            if (frame.isResponse()) {
                return frame;
            }
            pushed.add(frame);
        }
    }

    private Frame read() {
        try {
            byte[] bytes = new byte[FrameCodec.checkLength(in.readInt(), FrameCodec.FRAME_BYTES_LIMIT)];
            in.readFully(bytes);
            return FrameCodec.decode(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for a request of the broker. */
    Frame push() {
        if (pushed.isEmpty()) {
            Frame frame = read();
            if (frame.isResponse()) {
                throw new AssertionError("an answer came where a request was due: " + frame);
            }
            return frame;
        }
        return pushed.removeFirst();
    }

    /** Returns whether requests of the broker arrived before the last answer. */
    boolean hasPushed() {
        return !pushed.isEmpty();
    }

    /** Waits until the broker closes this connection; returns false where it sends something instead. */
    boolean isClosedByPeer() {
        return isClosedByPeer(TIMEOUT_MS);
    }

    /** Waits a limited time for the close; returns false where nothing arrived in that time. */
    boolean isClosedByPeer(int withinMs) {
        try {
            socket.setSoTimeout(withinMs);
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true; // reset
        }
    }

    int localPort() {
        return socket.getLocalPort();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
