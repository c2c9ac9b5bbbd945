package io.posthorse.interop.attack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;

/** Attacks by peers without an account. */
final class StrangersAttacks {
    private static final byte[] PREFACE = Target.bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
    private static final byte[] SETTINGS = {0, 0, 0, 4, 0, 0, 0, 0, 0};
    private static final int HEADERS = 1;
    private static final int RESET = 3;
    private static final int END_HEADERS = 4;
    private static final int AT_ONCE = 20;

    private StrangersAttacks() {}

    static List<Attack> all() {
        return List.of(
                new Attack("great frames announced, remoting", (target, open) ->
                        begin(open.connect(target.brokerPort()), ByteBuffer.allocate(1_000).putInt(16 << 20).array())),
                new Attack("great frames announced, name server", (target, open) ->
                        begin(open.connect(target.nameServerPort()), ByteBuffer.allocate(1_000).putInt(16 << 20).array())),
                new Attack("great frames announced, JMS", (target, open) ->
                        begin(open.connect(target.jmsPort()), ByteBuffer.allocate(1_000).putInt(100 << 20).array())),
                new Attack("connections that come and go", StrangersAttacks::comeAndGo),
                new Attack("signatures that are guessed", StrangersAttacks::guess),
                new Attack("HTTP/2 without a call", (target, open) ->
                        begin(open.connect(target.grpcPort()), PREFACE, SETTINGS)),
                new Attack("calls that are not signed, and taken back", StrangersAttacks::calls));
    }

    private static void begin(Socket socket, byte[]... pieces) throws IOException {
        for (byte[] piece : pieces) {
            socket.getOutputStream().write(piece);
        }
    }

    private static void comeAndGo(Target target, Attack.Open open) throws IOException {
        for (int port : new int[] {target.brokerPort(), target.nameServerPort(), target.grpcPort(), target.jmsPort()}) {
            Wire.connect("127.0.0.2", port).close();
        }
    }

    private static void guess(Target target, Attack.Open open) throws IOException {
        Wire.User guess = new Wire.User(Target.WORKER.name(), "guess" + System.nanoTime());
        OutputStream out = open.connect(target.brokerPort()).getOutputStream();
        for (int i = 0; i < AT_ONCE; i++) {
            out.write(Target.send(guess, Target.WORK, 0, new byte[10]));
        }
    }

    private static void calls(Target target, Attack.Open open) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(PREFACE);
        all.writeBytes(SETTINGS);
        byte[] head = headers();
        for (int i = 0; i < 10 * AT_ONCE; i++) {
            frame(all, HEADERS, END_HEADERS, 1 + 2 * i, head);
            if (i % 2 == 0) {
                frame(all, RESET, 0, 1 + 2 * i, new byte[] {0, 0, 0, 8});
            }
        }
        open.connect(target.grpcPort()).getOutputStream().write(all.toByteArray());
    }

    private static byte[] headers() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (String[] field : new String[][] {
            {":method", "POST"}, {":scheme", "http"}, {":path", "/apache.rocketmq.v2.MessagingService/QueryRoute"},
            {":authority", "localhost"}, {"content-type", "application/grpc"}, {"te", "trailers"}
        }) {
            out.write(0); // literal, not indexed (RFC 7541, 6.2.2)
            for (String text : field) {
                out.write(text.length());
                out.writeBytes(Target.bytes(text));
            }
        }
        return out.toByteArray();
    }

    private static void frame(ByteArrayOutputStream out, int type, int flags, int stream, byte[] payload) {
        out.writeBytes(ByteBuffer.allocate(9 + payload.length)
                .put((byte) 0).putShort((short) payload.length).put((byte) type).put((byte) flags).putInt(stream)
                .put(payload).array());
    }
}
