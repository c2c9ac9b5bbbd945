package io.posthorse.protocol.grpc;

import io.grpc.Metadata;
import io.posthorse.access.Identity;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;

/**
 * What a call shows of its user, as it came: access key, the time that was signed, and the signature. The key may have a
 * region behind it, as the clients for Go and C++ write it; the signature is hex digits of either case.
 */
final class Credential {
    static final Credential NONE = new Credential("", "", "");

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);
    private static final Metadata.Key<String> DATE_TIME =
            Metadata.Key.of("x-mq-date-time", Metadata.ASCII_STRING_MARSHALLER);
    private static final String ALGORITHM = "MQv2-HMAC-SHA1 ";
    private static final int NAME_CHARS_MAX = 255;

    /** Who signed, where that is proven; used on the owner's thread. */
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

    /** From a call's metadata; {@link #NONE} where something is missing or of another form. */
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
        boolean whole = !user.isEmpty() && user.length() <= NAME_CHARS_MAX && !signature.isEmpty();
        return whole ? new Credential(user, dateTime, signature) : NONE;
    }

    /** Accounts compare signatures in the form that the other family of clients sends. */
    private static byte[] base64(String hex) {
        try {
            return Base64.getEncoder().encode(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /** Writes it into another call's metadata, as it came. */
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

    /** Whether that account's secret made the signature; takes as long where it did not. */
    boolean isSignedBy(Identity by) {
        by.sign(timeBytes, 0, timeBytes.length);
        return by.matches(signature, 0, signature.length);
    }
}
