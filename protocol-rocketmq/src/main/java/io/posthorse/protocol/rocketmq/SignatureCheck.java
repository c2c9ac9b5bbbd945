package io.posthorse.protocol.rocketmq;

import io.netty.buffer.ByteBuf;
import io.posthorse.access.Gate;
import io.posthorse.access.Identity;
import io.posthorse.access.LoginChecker;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.RequestHeader;
import io.posthorse.codec.rocketmq.SignedFields;
import io.posthorse.format.rocketmq.FieldNames;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;

/**
 * The check of the signatures of remoting requests. RocketMQ's clients sign every request, so a connection keeps nothing but
 * the user that it acted for last. Used on the owner's thread, one request after the other, without allocation where the
 * user stays the same.
 */
final class SignatureCheck {
    private static final byte[] ACCESS_KEY = FieldNames.ascii("AccessKey");
    private static final byte[] SIGNATURE = FieldNames.ascii("Signature");
    private static final byte[] UNIQUE_QUERY = FieldNames.ascii("_UNIQUE_KEY_QUERY");
    /** Number of 4.9.3: clients up to this version add the flag of a query by unique key after the signing. */
    private static final int FLAG_IS_SIGNED_ABOVE = 399;
    private static final int NAME_BYTES_MAX = 255;
    private static final int PIECE_BYTES = 8 << 10;

    private final Gate gate;
    private final SignedFields signed = new SignedFields();
    private final byte[] piece = new byte[PIECE_BYTES];
    private Identity signer;

    SignatureCheck(Gate gate) {
        this.gate = gate;
    }

    /**
     * Returns why a request is refused; null where a user signed it that may use this process.
     *
     * @param before signer of the connection's last request; null for none
     * @param body index of the body; the frame ends at {@code end}
     */
    String refusal(Identity before, InetAddress source, RequestHeader header, ByteBuf in, int body, int end) {
        signer = before;
        int key = header.field(ACCESS_KEY);
        int signature = header.field(SIGNATURE);
        if (key < 0 || signature < 0) {
            return "the request is not signed, and this broker serves known users only. Give the client an access key and a"
                    + " secret key (AclClientRPCHook, or mqadmin's tools.yml).";
        }
        byte[] text = header.bytes();
        Identity identity = before;
        boolean known = identity != null && identity.is(text, header.start(key), header.length(key));
        if (!known) {
            int length = Math.min(header.length(key), NAME_BYTES_MAX);
            identity = gate.logins().claimed(text, header.start(key), length);
            if (gate.logins().mustWait(name(header, key), source)) {
                return LoginChecker.tooManyFailures(source);
            }
        }
        if (!signed.sort(header)) {
            return "a field occurs twice with different values";
        }
        if (!matches(identity, header, signature, in, body, end)) {
            signer = null;
            gate.logins().failed(name(header, key), source);
            return LoginChecker.mismatch(name(header, key));
        }
        if (!known) {
            gate.logins().proved(identity, source);
        }
        signer = identity;
        return LoginChecker.unwelcome(identity, source);
    }

    /** Returns the signer of the request that was checked last, or what the connection had before; null for none. */
    Identity signer() {
        return signer;
    }

    private static String name(RequestHeader header, int key) {
        int length = Math.min(header.length(key), NAME_BYTES_MAX);
        return new String(header.bytes(), header.start(key), length, StandardCharsets.UTF_8);
    }

    private boolean matches(Identity identity, RequestHeader header, int signature, ByteBuf in, int body, int end) {
        byte[] text = header.bytes();
        for (int i = 0; i < signed.count(); i++) {
            int field = signed.field(i);
            if (!header.hasName(field, SIGNATURE)
                    && !(header.version() <= FLAG_IS_SIGNED_ABOVE && header.hasName(field, UNIQUE_QUERY))) {
                identity.sign(text, header.start(field), header.length(field));
            }
        }
        for (int at = body; at < end; at += PIECE_BYTES) {
            int length = Math.min(PIECE_BYTES, end - at);
            in.getBytes(at, piece, 0, length);
            identity.sign(piece, 0, length);
        }
        return identity.matches(text, header.start(signature), header.length(signature));
    }

    /** Returns whether the request that was checked last and the one that is handled are the same. */
    boolean covers(RequestHeader header, Frame request) {
        boolean sameCode = header.isBinary()
                ? (short) header.code() == (short) request.code()
                : header.code() == request.code();
        return sameCode && header.flag() == request.flag() && signed.count() == request.fields().size();
    }
}
