package io.posthorse.interop.attack;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A connection with RocketMQ's remoting protocol, signed by a user or unsigned. */
final class Wire implements AutoCloseable {
    private static final int CONNECT_MS = 5_000;
    private static final int ANSWER_MS = 20_000;

    private final Socket socket;

    Wire(int port) throws IOException {
        socket = connect(port);
        socket.setSoTimeout(ANSWER_MS);
    }

    /** Connects from this machine's usual address. */
    static Socket connect(int port) throws IOException {
        return connect("127.0.0.1", port);
    }

    /** Connects from an address of this machine. */
    static Socket connect(String from, int port) throws IOException {
        Socket socket = new Socket();
        socket.bind(new InetSocketAddress(from, 0));
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress("127.0.0.1", port), CONNECT_MS);
        return socket;
    }

    /** Returns a signed request. */
    static byte[] request(int code, User user, Map<String, String> fields, byte[] body) {
        TreeMap<String, String> signed = new TreeMap<>(fields);
        signed.put("AccessKey", user.name());
        signed.put("Signature", user.sign(String.join("", signed.values()), body));
        StringBuilder json = new StringBuilder("{\"code\":").append(code)
                .append(",\"flag\":0,\"language\":\"JAVA\",\"opaque\":1,\"version\":501,\"extFields\":{");
        String comma = "";
        for (Map.Entry<String, String> field : signed.entrySet()) {
            json.append(comma).append(quoted(field.getKey())).append(':').append(quoted(field.getValue()));
            comma = ",";
        }
        byte[] header = json.append("}}").toString().getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(8 + header.length + body.length)
                .putInt(4 + header.length + body.length).putInt(header.length).put(header).put(body).array();
    }

    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    OutputStream out() throws IOException {
        return socket.getOutputStream();
    }

    /** Sends a request, and returns the code of its answer. */
    int ask(byte[] request) throws IOException {
        out().write(request);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        byte[] answer = new byte[in.readInt()];
        in.readFully(answer);
        String header = new String(answer, 4, ByteBuffer.wrap(answer).getInt() & 0xFFFFFF, StandardCharsets.UTF_8);
        int at = header.indexOf("\"code\":") + "\"code\":".length();
        int end = at;
        while (Character.isDigit(header.charAt(end))) {
            end++;
        }
        return Integer.parseInt(header.substring(at, end));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** A user of the broker under attack. */
    record User(String name, String secret) {
        String sign(String text, byte[] body) {
            try {
                Mac mac = Mac.getInstance("HmacSHA1");
                mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
                mac.update(text.getBytes(StandardCharsets.UTF_8));
                return Base64.getEncoder().encodeToString(mac.doFinal(body));
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every Java has HmacSHA1", e);
            }
        }
    }
}
