package io.posthorse.replication;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A secret that a master and its slaves share: a slave proves that it knows it, without sending it. */
public final class LinkKey {
    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    /** @param secret bytes of the secret, at least one */
    public LinkKey(byte[] secret) {
        this.key = new SecretKeySpec(secret, ALGORITHM);
    }

    /** Returns the proof for what a slave says after a greeting. */
    byte[] proof(byte[] nonce, LinkMessage.Hello hello) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(nonce);
            mac.update(LinkCodec.proven(hello));
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }

    boolean isProven(byte[] nonce, LinkMessage.Hello hello) {
        return MessageDigest.isEqual(proof(nonce, hello), hello.proof());
    }
}
