package io.posthorse.cli;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.RequestSigner;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Map;

/** A connection to a broker that asks one thing after another. Requests are signed where it was given a user. */
final class RemoteBroker implements AutoCloseable {
    private static final int NOT_SUPPORTED = 3;
    private static final int NO_PERMISSION = 16;
    private static final byte[] NO_BODY = {};

    private final String name;
    private final Socket socket;
    private final DataInputStream in;
    /** Null where requests are not signed. */
    private final RequestSigner signer;
    private int opaque;
    private boolean broken;

    /**
     * @param name of the broker, as the user wrote it
     * @param socket connected, with a timeout for reads
     * @param accessKey null where requests are not signed; then the secret is not looked at
     */
    RemoteBroker(String name, Socket socket, String accessKey, byte[] secret) throws IOException {
        this.name = name;
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.signer = accessKey == null ? null : new RequestSigner(accessKey, secret);
    }

    /**
     * Asks, and waits for the answer.
     *
     * @return a success
     * @throws CommandFailedException where the broker refuses, or the answer does not come
     */
    Frame ask(int code, Map<String, String> fields) throws CommandFailedException {
        return ask(code, fields, NO_BODY);
    }

    /** The same with a body. */
    Frame ask(int code, Map<String, String> fields, byte[] body) throws CommandFailedException {
        Frame answer;
        try {
            answer = exchange(code, fields, body);
        } catch (IOException | MalformedFrameException e) {
            broken = true;
            throw new CommandFailedException(Launch.NOT_STARTED, "The connection to " + name + " broke before the answer"
                    + " came (" + reason(e) + "). Whether the broker did what was asked is not known. List again, then"
                    + " repeat what is missing; a broker that takes encrypted connections only wants --tls.");
        }
        return switch (answer.code()) {
            case 0 -> answer;
            case NOT_SUPPORTED -> throw new CommandFailedException(Launch.NOT_STARTED, "The server at " + name + " does not"
                    + " know this request (code " + code + "). It is no Posthorse broker, or an older one, and nothing was"
                    + " changed. Give a broker's address with --broker host:port.");
            case NO_PERMISSION -> throw new CommandFailedException(Launch.NOT_STARTED, "The broker at " + name
                    + " refused: " + answer.remark() + "\nNothing was changed. Give --access-key and the secret of a user"
                    + " that may do this: a super user, or one with a rule for Cluster.");
            default -> throw new CommandFailedException(
                    Launch.NOT_STARTED, "The broker at " + name + " refused: " + answer.remark());
        };
    }

    /** Whether the connection is of no use any more. */
    boolean isBroken() {
        return broken;
    }

    private Frame exchange(int code, Map<String, String> fields, byte[] body) throws IOException {
        Map<String, String> all = signer == null ? fields : signer.sign(fields, body);
        Frame request = new Frame(code, Frame.JAVA, Frame.VERSION, ++opaque, 0, null, all, body, false);
        socket.getOutputStream().write(FrameCodec.encode(request));
        while (true) {
            byte[] bytes = new byte[FrameCodec.checkLength(in.readInt())];
            in.readFully(bytes);
            Frame answer = FrameCodec.decode(bytes);
            if (answer.isResponse() && answer.opaque() == opaque) {
                return answer;
            }
        }
    }

    /** An exception in a few words. */
    static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // nothing is lost: every answer that was waited for is there
        }
    }
}
