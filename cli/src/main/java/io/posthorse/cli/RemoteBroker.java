package io.posthorse.cli;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.FrameCodec;
import io.posthorse.codec.rocketmq.MalformedFrameException;
import io.posthorse.codec.rocketmq.RequestSigner;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.util.Map;

/** A connection to a broker, for one request at a time. Requests are signed where a user is given. */
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
    private boolean isBroken;

    /**
     * @param name broker as the user wrote it
     * @param socket connected socket with a timeout for reads
     * @param accessKey null where requests are not signed; the secret is unused then
     */
    RemoteBroker(String name, Socket socket, String accessKey, byte[] secret) throws IOException {
        this.name = name;
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.signer = accessKey == null ? null : new RequestSigner(accessKey, secret);
    }

    /**
     * Sends a request and waits for the answer.
     *
     * @return successful answer
     * @throws CommandFailedException where the broker refuses, or no answer arrives
     */
    Frame ask(int code, Map<String, String> fields) throws CommandFailedException {
        return ask(code, fields, NO_BODY);
    }

    /** Sends a request with a body and waits for the answer. */
    Frame ask(int code, Map<String, String> fields, byte[] body) throws CommandFailedException {
        Frame answer;
        try {
            answer = exchange(code, fields, body);
        } catch (IOException | MalformedFrameException e) {
            isBroken = true;
            throw new CommandFailedException(Launch.NOT_STARTED, "The connection to " + name + " broke before the answer"
                    + " came (" + reason(e) + "). It is unknown whether the broker carried out the request. List again,"
                    + " then repeat what is missing; a broker that accepts only encrypted connections needs --tls.");
        }
        return switch (answer.code()) {
            case 0 -> answer;
            case NOT_SUPPORTED -> throw new CommandFailedException(Launch.NOT_STARTED, "The server at " + name + " does not"
                    + " know this request (code " + code + "). It is not a Posthorse broker, or an older one. Nothing was"
                    + " changed. Give a broker's address with --broker host:port.");
            case NO_PERMISSION -> throw new CommandFailedException(Launch.NOT_STARTED, "The broker at " + name
                    + " refused: " + answer.remark() + "\nNothing was changed. Give --access-key and the secret of a user"
                    + " that may do this: a super user, or one with a rule for Cluster.");
            default -> throw new CommandFailedException(
                    Launch.NOT_STARTED, "The server at " + name + " refused: " + answer.remark());
        };
    }

    /** Returns whether the connection can no longer be used. */
    boolean isBroken() {
        return isBroken;
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

    /** Returns a short description of an exception. */
    static String reason(Exception e) {
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // all expected answers have arrived
        }
    }
}
