package io.posthorse.codec.rocketmq;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests as a user, as RocketMQ's clients do (AclClientRPCHook): HmacSHA1 over the values of their fields, in the
 * order of the fields' names, and the body.
 */
public final class RequestSigner {
    private static final String ALGORITHM = "HmacSHA1";

    private final String accessKey;
    private final SecretKeySpec key;

    /**
     * Creates a signer.
     *
     * @param accessKey name of the user
     * @param secret secret of the user, not empty
     */
    public RequestSigner(String accessKey, byte[] secret) {
        this.accessKey = accessKey;
        this.key = new SecretKeySpec(secret, ALGORITHM);
    }

    /** Returns the fields together with the user's name and signature. */
    public Map<String, String> sign(Map<String, String> fields, byte[] body) {
        TreeMap<String, String> all = new TreeMap<>(fields);
        all.put("AccessKey", accessKey);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        all.values().forEach(value -> content.writeBytes(value.getBytes(StandardCharsets.UTF_8)));
        content.writeBytes(body);
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            all.put("Signature", Base64.getEncoder().encodeToString(mac.doFinal(content.toByteArray())));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java runtime has no " + ALGORITHM, e);
        }
        return all;
    }
}
