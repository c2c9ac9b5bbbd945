package io.posthorse.protocol.grpc;

import io.grpc.Metadata;
import io.posthorse.access.Identity;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The credential of a call as it was sent: access key, signed time, and signature. The key may be followed by a region, as
 * the clients for Go and C++ write it; the signature is hexadecimal digits of either case.
 */
final class Credential {
    static final Credential NONE = new Credential("", "", "");

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> DATE_TIME =
            Metadata.Key.of("x-mq-date-time", Metadata.ASCII_STRING_MARSHALLER);
    private static final String ALGORITHM = "MQv2-HMAC-SHA1 ";
    private static final int NAME_CHARS_MAX = 255;

    /** Proven user; used on the owner's thread. */
    Identity identity;

    private final String user;
    private final String dateTime;
    private final byte[] userBytes;
    private final byte[] timeBytes;
    private final byte[] signature;

    private Credential(String user, String dateTime, String signature) {
        this.user = user;
        this.dateTime = dateTime;
        this.userBytes = user.getBytes(StandardCharsets.UTF_8);
        this.timeBytes = dateTime.getBytes(StandardCharsets.UTF_8);
        this.signature = base64(signature);
    }

    /** Returns the credential in a call's metadata; {@link #NONE} where a part is missing or malformed. */
    static Credential of(Metadata headers) {
        String authorization = headers.get(AUTHORIZATION);
        String dateTime = headers.get(DATE_TIME);
        if (authorization == null || dateTime == null || !authorization.startsWith(ALGORITHM)) {
            return NONE;
        }
        String user = "";
        String signature = "";
        for (String part : authorization.substring(ALGORITHM.length()).split(",")) {
            String word = part.strip();
            if (word.startsWith("Credential=")) {
                user = word.substring("Credential=".length()).split("/", 2)[0];
            } else if (word.startsWith("Signature=")) {
                signature = word.substring("Signature=".length());
            }
        }
        boolean isComplete = !user.isEmpty() && user.length() <= NAME_CHARS_MAX && !signature.isEmpty();
        return isComplete ? new Credential(user, dateTime, signature) : NONE;
    }

    /** Converts a signature to the form of the remoting clients, in which accounts compare it. */
    private static byte[] base64(String hex) {
        try {
            return Base64.getEncoder().encode(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /** Writes it into another call's metadata, as it was received. */
    void write(Metadata headers) {
        if (this != NONE) {
            headers.put(AUTHORIZATION, ALGORITHM + "Credential=" + user + ", SignedHeaders=x-mq-date-time, Signature="
                    + HexFormat.of().formatHex(Base64.getDecoder().decode(signature)));
            headers.put(DATE_TIME, dateTime);
        }
    }

    String user() {
        return user;
    }

    String dateTime() {
        return dateTime;
    }

    byte[] userBytes() {
        return userBytes;
    }

    /** Returns whether that user's secret created the signature; takes the same time in either case. */
    boolean isSignedBy(Identity user) {
        user.sign(timeBytes, 0, timeBytes.length);
        return user.matches(signature, 0, signature.length);
    }
}
