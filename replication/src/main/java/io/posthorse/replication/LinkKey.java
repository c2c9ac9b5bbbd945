package io.posthorse.replication;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A secret that a master and its slaves share: each proves to the other that it knows it, without sending it. A proof covers
 * who gives it, what both sides have chosen by chance, all that the slave says about itself, and the certificate of the
 * encrypted connection. So it is worth nothing on another connection, nor as that of the other side.
 */
public final class LinkKey {
    private static final String ALGORITHM = "HmacSHA256";
    private static final byte[] OF_SLAVE = label("slave");
    private static final byte[] OF_MASTER = label("master");

    private final SecretKeySpec key;

    /** @param secret bytes of the secret, at least one */
    public LinkKey(byte[] secret) {
        this.key = new SecretKeySpec(secret, ALGORITHM);
    }

    private static byte[] label(String role) {
        return ("posthorse link 2 " + role + '\0').getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Returns a slave's proof for what it says after a greeting.
     *
     * @param binding digest of the master's certificate on this connection; empty where it is not encrypted
     * @param nonce bytes of the greeting
     */
    byte[] ofSlave(byte[] binding, byte[] nonce, LinkMessage.Hello hello) {
        return proof(OF_SLAVE, binding, nonce, hello);
    }

    /** Returns the master's proof for the same; the slave's own bytes by chance are a part of what it has said. */
    byte[] ofMaster(byte[] binding, byte[] nonce, LinkMessage.Hello hello) {
        return proof(OF_MASTER, binding, nonce, hello);
    }

    boolean isOfSlave(byte[] binding, byte[] nonce, LinkMessage.Hello hello) {
        return MessageDigest.isEqual(ofSlave(binding, nonce, hello), hello.proof());
    }

    boolean isOfMaster(byte[] binding, byte[] nonce, LinkMessage.Hello hello, byte[] proof) {
        return MessageDigest.isEqual(ofMaster(binding, nonce, hello), proof);
    }

    private byte[] proof(byte[] role, byte[] binding, byte[] nonce, LinkMessage.Hello hello) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(role);
            mac.update((byte) binding.length);
            mac.update(binding);
            mac.update(nonce);
            mac.update(LinkCodec.proven(hello));
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has " + ALGORITHM, e);
        }
    }
}
