package io.posthorse.replication;

/**
 * The files, all PEM, by which the nodes of a group know each other. Every node shows a certificate of the group's own
 * authority; its subject's common name is the node's name, and it names the node's host as a subject alternative name.
 *
 * @param certificate this node's certificate, followed by intermediate ones where there are any
 * @param key its private key, PKCS#8, not encrypted
 * @param trusted the certificate of the authority that signs for members of this group, and for nobody else
 */
public record NodeCertificates(String certificate, String key, String trusted) {}
