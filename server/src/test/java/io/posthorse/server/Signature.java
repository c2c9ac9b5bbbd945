package io.posthorse.server;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** RocketMQ's signature of a request: HmacSHA1 over the values of its fields, ordered by name, and its body. */
final class Signature {
    private Signature() {}

    /** Returns the fields together with access key and signature. */
    static Map<String, String> sign(Map<String, String> fields, byte[] body, String user, String secret) {
        Map<String, String> all = new LinkedHashMap<>(fields);
        all.put("AccessKey", user);
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        new TreeMap<>(all).values().forEach(value -> content.writeBytes(value.getBytes(StandardCharsets.UTF_8)));
        content.writeBytes(body);
        all.put("Signature", of(content.toByteArray(), secret));
        return all;
    }

    static String of(byte[] content, String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return Base64.getEncoder().encodeToString(mac.doFinal(content));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
