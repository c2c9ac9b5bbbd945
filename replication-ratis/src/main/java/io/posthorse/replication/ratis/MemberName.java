package io.posthorse.replication.ratis;

import java.security.cert.X509Certificate;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The name of the node to which a certificate was given: the one common name of its subject. */
final class MemberName {
    private MemberName() {}

    /** Returns the name; null where the subject has no common name, or several. */
    static String of(X509Certificate certificate) {
        return of(certificate.getSubjectX500Principal().getName());
    }

    static String of(String subject) {
        String name = null;
        try {
            for (Rdn part : new LdapName(subject).getRdns()) {
                if (part.size() > 1) {
                    return null; // one part of several attributes: nobody needs that
                }
                if (part.getType().equalsIgnoreCase("CN")) {
                    if (name != null || !(part.getValue() instanceof String)) {
                        return null;
                    }
                    name = (String) part.getValue();
                }
            }
        } catch (InvalidNameException e) {
            return null;
        }
        return name;
    }
}
