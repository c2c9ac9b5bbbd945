package io.posthorse.cli;

import java.io.ByteArrayInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A private key and its X.509 certificate, of a cluster's authority or of a node: P-256, signed with SHA-256. The JDK has no
 * public class that makes certificates, and its tool for them would be another process, which this program never starts.
 */
record Credential(PrivateKey key, X509Certificate certificate) {
    private static final String CURVE = "secp256r1";
    private static final String SIGNATURE = "SHA256withECDSA";
    private static final int SERIAL_BITS = 127;
    private static final int KEY_ID_BYTES = 20;
    private static final int POINT_BYTES = 65;

    private static final byte[] ECDSA_WITH_SHA256 = Der.sequence(Der.object(1, 2, 840, 10045, 4, 3, 2));
    private static final byte[] COMMON_NAME = Der.object(2, 5, 4, 3);
    private static final byte[] SUBJECT_KEY = Der.object(2, 5, 29, 14);
    private static final byte[] KEY_USAGE = Der.object(2, 5, 29, 15);
    private static final byte[] ALTERNATIVE_NAMES = Der.object(2, 5, 29, 17);
    private static final byte[] BASIC_CONSTRAINTS = Der.object(2, 5, 29, 19);
    private static final byte[] AUTHORITY_KEY = Der.object(2, 5, 29, 35);
    private static final byte[] EXTENDED_KEY_USAGE = Der.object(2, 5, 29, 37);
    private static final byte[] SERVER_AUTHENTICATION = Der.object(1, 3, 6, 1, 5, 5, 7, 3, 1);
    private static final byte[] CLIENT_AUTHENTICATION = Der.object(1, 3, 6, 1, 5, 5, 7, 3, 2);
    private static final byte[] ONE_OF_A_NODE = new byte[0];
    private static final byte[] NO_AUTHORITY_BELOW = Der.integer(BigInteger.ZERO);
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int CERTIFICATE_SIGNATURE = 5;
    private static final int DNS_NAME = Der.CONTEXT | 2;
    private static final int ADDRESS = Der.CONTEXT | 7;

    /** Returns the credential of a new authority, signed by itself. */
    static Credential authority(String commonName, Instant begin, Instant end) throws GeneralSecurityException {
        KeyPair pair = newKeys();
        byte[] keyId = keyId(point(pair));
        byte[] name = name(commonName);
        byte[] body = body(name, name, begin, end, pair,
                extension(BASIC_CONSTRAINTS, true, Der.sequence(Der.yes(), NO_AUTHORITY_BELOW)),
                extension(KEY_USAGE, true, Der.bit(CERTIFICATE_SIGNATURE)),
                extension(SUBJECT_KEY, false, Der.octets(keyId)));
        return signed(pair.getPrivate(), body, pair.getPrivate());
    }

    /** Returns a credential for a node, signed by this authority. */
    Credential issue(NamedNode node, Instant begin, Instant end) throws GeneralSecurityException {
        KeyPair pair = newKeys();
        byte[] issuerKeyId = keyId(point((ECPublicKey) certificate.getPublicKey()));
        byte[] body = body(certificate.getSubjectX500Principal().getEncoded(), name(node.name()), begin, end, pair,
                extension(BASIC_CONSTRAINTS, true, Der.sequence(ONE_OF_A_NODE)),
                extension(KEY_USAGE, true, Der.bit(DIGITAL_SIGNATURE)),
                extension(EXTENDED_KEY_USAGE, false, Der.sequence(SERVER_AUTHENTICATION, CLIENT_AUTHENTICATION)),
                extension(ALTERNATIVE_NAMES, false, alternativeNames(node)),
                extension(SUBJECT_KEY, false, Der.octets(keyId(point(pair)))),
                extension(AUTHORITY_KEY, false, Der.sequence(Der.value(Der.CONTEXT, issuerKeyId))));
        Credential issued = signed(pair.getPrivate(), body, key);
        issued.certificate.verify(certificate.getPublicKey());
        return issued;
    }

    /** Returns whether the certificate is that of the key. */
    boolean fits() throws GeneralSecurityException {
        byte[] any = new byte[KEY_ID_BYTES];
        Signature check = Signature.getInstance(SIGNATURE);
        check.initVerify(certificate.getPublicKey());
        check.update(any);
        return check.verify(signature(any, key));
    }

    /** Returns the common name of the subject, where that is all it has, as in the certificates of clusters. */
    String commonName() {
        String subject = certificate.getSubjectX500Principal().getName();
        return subject.startsWith("CN=") ? subject.substring("CN=".length()) : subject;
    }

    /** Returns the hosts that the certificate is for. */
    List<String> hosts() throws GeneralSecurityException {
        var names = certificate.getSubjectAlternativeNames();
        return names == null ? List.of() : names.stream().map(name -> String.valueOf(name.get(1))).toList();
    }

    /** Returns whether the certificate is for a host. */
    boolean isFor(String host) throws GeneralSecurityException {
        byte[] address = NamedNode.address(host);
        return hosts().stream().anyMatch(one -> address == null
                ? one.equalsIgnoreCase(host)
                : Arrays.equals(address, NamedNode.address(one)));
    }

    private static KeyPair newKeys() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(CURVE));
        return generator.generateKeyPair();
    }

    private static byte[] body(
            byte[] issuer, byte[] subject, Instant begin, Instant end, KeyPair pair, byte[]... extensions) {
        BigInteger serial = new BigInteger(SERIAL_BITS, new SecureRandom()).setBit(SERIAL_BITS - 1);
        BigInteger version3 = BigInteger.TWO;
        return Der.sequence(
                Der.value(Der.CONTEXT | Der.CONSTRUCTED, Der.integer(version3)),
                Der.integer(serial),
                ECDSA_WITH_SHA256,
                issuer,
                Der.sequence(Der.time(begin), Der.time(end)),
                subject,
                pair.getPublic().getEncoded(),
                Der.value(Der.CONTEXT | Der.CONSTRUCTED | 3, Der.sequence(extensions)));
    }

    private static Credential signed(PrivateKey own, byte[] body, PrivateKey issuer) throws GeneralSecurityException {
        byte[] encoded = Der.sequence(body, ECDSA_WITH_SHA256, Der.bits(signature(body, issuer)));
        return new Credential(own, (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded)));
    }

    private static byte[] signature(byte[] body, PrivateKey key) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(SIGNATURE);
        signature.initSign(key);
        signature.update(body);
        return signature.sign();
    }

    private static byte[] name(String commonName) {
        return Der.sequence(Der.set(Der.sequence(COMMON_NAME, Der.text(commonName))));
    }

    private static byte[] extension(byte[] id, boolean isCritical, byte[] value) {
        return isCritical ? Der.sequence(id, Der.yes(), Der.octets(value)) : Der.sequence(id, Der.octets(value));
    }

    private static byte[] alternativeNames(NamedNode node) {
        Set<String> hosts = new LinkedHashSet<>(List.of(node.host()));
        hosts.addAll(NamedNode.LOCAL_HOSTS);
        return Der.sequence(hosts.stream()
                .map(host -> {
                    byte[] address = NamedNode.address(host);
                    return address == null
                            ? Der.value(DNS_NAME, host.getBytes(StandardCharsets.US_ASCII))
                            : Der.value(ADDRESS, address);
                })
                .toArray(byte[][]::new));
    }

    /** Returns the id of a key by RFC 7093, method 1. */
    private static byte[] keyId(byte[] point) throws GeneralSecurityException {
        return Arrays.copyOf(MessageDigest.getInstance("SHA-256").digest(point), KEY_ID_BYTES);
    }

    private static byte[] point(KeyPair pair) {
        return point((ECPublicKey) pair.getPublic());
    }

    /** Returns the point of a public key, which its encoding ends with. */
    private static byte[] point(ECPublicKey key) {
        byte[] encoded = key.getEncoded();
        return Arrays.copyOfRange(encoded, encoded.length - POINT_BYTES, encoded.length);
    }
}
