package io.posthorse.load;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;

/** A blocking connection for remoting frames. One thread may send while another one reads. */
public final class Wire implements AutoCloseable {
    private static final int CONNECT_MS = 5_000;
    private static final int BUFFER_BYTES = 256 << 10;

    private final Socket socket = new Socket();
    private final DataInputStream in;
    private final OutputStream out;
    private int opaque;

    public Wire(String address) throws IOException {
        int colon = address.lastIndexOf(':');
        if (colon < 0) {
            throw new IOException(address + " is not host:port");
        }
        socket.setTcpNoDelay(true);
        socket.connect(
                new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1))),
                CONNECT_MS);
        in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
        out = socket.getOutputStream();
    }

    /** Sends a request and waits for the next answer. */
    public Frame ask(int code, Map<String, String> fields, byte[] body) throws IOException {
        write(FrameCodec.encode(new Frame(code, Frame.JAVA, Frame.VERSION, ++opaque, 0, null, fields, body, true)));
        return read();
    }

    public void write(byte[] bytes) throws IOException {
        out.write(bytes);
    }

    /** Returns the next answer; skips requests of the broker. */
    public Frame read() throws IOException {
        while (true) {
            byte[] bytes = new byte[FrameCodec.checkLength(in.readInt())];
            in.readFully(bytes);
            Frame frame = FrameCodec.decode(bytes);
            if (frame.isResponse()) {
                return frame;
            }
        }
    }

    /** Sets the time in ms after which a read fails. */
    public void timeout(int ms) throws IOException {
        socket.setSoTimeout(ms);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
