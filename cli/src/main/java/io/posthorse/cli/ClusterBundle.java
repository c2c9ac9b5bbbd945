package io.posthorse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * The directory of a node's files: who it is, and how it knows the others.
 *
 * @param directory it has the name of the node
 */
record ClusterBundle(Path directory) {
    private static final String AUTHORITY = "ca.pem";
    private static final String CERTIFICATE = "node.pem";
    private static final String KEY = "node.key";
    private static final String GROUP = "group";
    /** The node as lists of nodes name it, so that later ones can be told of it. */
    private static final String ADDRESS = "address";

    /** Returns whether something has its name. */
    boolean exists() {
        return Files.exists(directory, LinkOption.NOFOLLOW_LINKS);
    }

    /** Makes the directory and all its files; it gets its name at the end. */
    void make(NamedNode node, UUID group, X509Certificate authority, Credential credential)
            throws IOException, GeneralSecurityException {
        Path unfinished = WholeFiles.unfinished(directory);
        WholeFiles.delete(unfinished);
        WholeFiles.createDirectory(unfinished);
        WholeFiles.create(unfinished.resolve(KEY), Pem.of(credential.key()), true);
        WholeFiles.create(unfinished.resolve(CERTIFICATE), Pem.of(credential.certificate()), false);
        WholeFiles.create(unfinished.resolve(AUTHORITY), Pem.of(authority), false);
        WholeFiles.create(unfinished.resolve(GROUP), group + "\n", false);
        WholeFiles.create(unfinished.resolve(ADDRESS), node.text() + "\n", false);
        WholeFiles.publish(unfinished, directory);
    }

    /** Returns the node of the bundle; nothing where it is no bundle. */
    Optional<NamedNode> node() {
        try {
            List<NamedNode> nodes = NamedNode.list(Pem.read(directory.resolve(ADDRESS)).strip());
            return nodes.stream().filter(node -> directory.endsWith(node.name())).findFirst();
        } catch (IOException | CommandFailedException e) {
            return Optional.empty();
        }
    }

    /** Returns why other nodes would refuse a node with this bundle; null for no reason. */
    String problem(NamedNode node, UUID group, X509Certificate authority, Instant now) {
        try {
            Credential credential = new Credential(
                    Pem.key(Pem.read(directory.resolve(KEY))), Pem.certificate(Pem.read(directory.resolve(CERTIFICATE))));
            X509Certificate certificate = credential.certificate();
            boolean isOurs = Pem.certificate(Pem.read(directory.resolve(AUTHORITY))).equals(authority)
                    && certificate.getIssuerX500Principal().equals(authority.getSubjectX500Principal());
            if (!isOurs) {
                return "it is of another authority";
            }
            certificate.verify(authority.getPublicKey());
            if (!credential.fits()) {
                return KEY + " is not the key of the certificate";
            }
            if (!credential.commonName().equals(node.name())) {
                return "its certificate is for node " + credential.commonName();
            }
            if (certificate.getNotAfter().toInstant().isBefore(now)) {
                return "its certificate was valid until " + certificate.getNotAfter().toInstant();
            }
            if (!Pem.read(directory.resolve(GROUP)).strip().equals(group.toString())) {
                return GROUP + " has another id than " + group;
            }
            return credential.isFor(node.host()) ? null
                    : "its certificate is for " + String.join(", ", credential.hosts()) + ", and not for " + node.host();
        } catch (IOException | GeneralSecurityException e) {
            return "it is no whole bundle (" + WholeFiles.reason(e) + ")";
        }
    }
}
