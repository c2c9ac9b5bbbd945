package io.posthorse.server;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import org.apache.activemq.command.Command;
import org.apache.activemq.command.ConnectionId;
import org.apache.activemq.command.ConnectionInfo;
import org.apache.activemq.command.Response;
import org.apache.activemq.command.SessionId;
import org.apache.activemq.command.WireFormatInfo;
import org.apache.activemq.openwire.OpenWireFormat;

/** An OpenWire client that sends exactly what a test demands. */
final class RawJms implements AutoCloseable {
    private static final int PATIENCE_MS = 10_000;

    private final Socket socket;
    private final DataInputStream in;
    private final DataOutputStream out;
    private final OpenWireFormat format = new OpenWireFormat(12);
    private int number;

    private RawJms(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MS);
        in = new DataInputStream(socket.getInputStream());
        socket.setTcpNoDelay(true); // otherwise a second small write would wait for the acknowledgement of the first
        out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        format.setCacheEnabled(false);
        format.setTightEncodingEnabled(false);
        format.setStackTraceEnabled(false);
    }

    /** Connects without sending anything. */
    static RawJms silent(TestBroker broker) {
        try {
            return new RawJms(broker.server().openwirePort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Connects and negotiates the wire format. */
    static RawJms greeted(TestBroker broker) {
        return greeted(broker, 30_000);
    }

    /** Connects with another keep-alive time, in ms. */
    static RawJms greeted(TestBroker broker, long silenceMs) {
        return greeted(broker, silenceMs, 12);
    }

    /** Connects with another version of the wire format. */
    static RawJms greeted(TestBroker broker, long silenceMs, int version) {
        RawJms client = silent(broker);
        WireFormatInfo info = new WireFormatInfo();
        info.setVersion(version);
        try {
            info.setMaxInactivityDuration(silenceMs);
            info.setProviderVersion("6.3.1"); // exceptions with the names of that release
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        client.send(info);
        client.format.setVersion(Math.min(version, 12));
        return client;
    }

    /** Logs in, without a user where that is null. */
    static RawJms in(TestBroker broker, String id, String user, String password) {
        RawJms client = greeted(broker);
        assertInstanceOf(Response.class, client.ask(login(id, id, user, password)));
        return client;
    }

    static ConnectionInfo login(String connectionId, String clientId, String user, String password) {
        ConnectionInfo info = new ConnectionInfo(new ConnectionId(connectionId));
        info.setClientId(clientId);
        info.setUserName(user);
        info.setPassword(password);
        return info;
    }

    static SessionId session(String connectionId) {
        return new SessionId(new ConnectionId(connectionId), 1);
    }

    void send(Command... commands) {
        try {
            for (Command command : commands) {
                format.marshal(command, out);
            }
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void sendBytes(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the answer to a command, and skips other commands of the broker. */
    Response ask(Command command) {
        command.setCommandId(++number);
        command.setResponseRequired(true);
        send(command);
        while (true) {
            if (read() instanceof Response response && response.getCorrelationId() == number) {
                return response;
            }
        }
    }

    Command read() {
        try {
            return (Command) format.unmarshal(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads until the broker closes the connection, which it must do soon. */
    void readToTheEnd() {
        long until = System.nanoTime() + PATIENCE_MS * 1_000_000L;
        try {
            while (in.read() >= 0) {
                if (System.nanoTime() > until) {
                    throw new AssertionError("the connection is still open");
                }
            }
        } catch (EOFException | SocketException e) {
            // a reset ends it too
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
