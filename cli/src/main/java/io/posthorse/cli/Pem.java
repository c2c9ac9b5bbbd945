package io.posthorse.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

/** Keys and certificates as text, in blocks between lines of dashes. */
final class Pem {
    private static final String CERTIFICATE = "CERTIFICATE";
    private static final String KEY = "PRIVATE KEY";
    private static final int LINE = 64;
    /** Larger files are none of this program's. */
    private static final int SIZE_MAX = 64 << 10;

    private Pem() {}

    static String of(X509Certificate certificate) throws GeneralSecurityException {
        return block(CERTIFICATE, certificate.getEncoded());
    }

    /** Returns the text of a key in the form PKCS#8, not encrypted. */
    static String of(PrivateKey key) {
        return block(KEY, key.getEncoded());
    }

    private static String block(String kind, byte[] der) {
        String text = Base64.getMimeEncoder(LINE, new byte[] {'\n'}).encodeToString(der);
        return "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n";
    }

    /** Returns the text of a file that is small enough for one. */
    static String read(Path file) throws IOException {
        if (Files.size(file) > SIZE_MAX) {
            throw new IOException(file + " is too large for a key or a certificate");
        }
        return Files.readString(file, StandardCharsets.US_ASCII);
    }

    /** Returns the first certificate of a text. */
    static X509Certificate certificate(String text) throws GeneralSecurityException {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(der(text, CERTIFICATE)));
    }

    /** Returns the first key of a text, for signatures on elliptic curves. */
    static PrivateKey key(String text) throws GeneralSecurityException {
        return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der(text, KEY)));
    }

    private static byte[] der(String text, String kind) throws GeneralSecurityException {
        String before = "-----BEGIN " + kind + "-----";
        int begin = text.indexOf(before);
        int end = text.indexOf("-----END " + kind + "-----", Math.max(begin, 0));
        if (begin < 0 || end < 0) {
            throw new GeneralSecurityException("there is no block " + kind);
        }
        try {
            return Base64.getMimeDecoder().decode(text.substring(begin + before.length(), end));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("the block " + kind + " is no Base64", e);
        }
    }
}
