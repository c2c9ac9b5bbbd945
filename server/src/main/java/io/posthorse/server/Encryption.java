package io.posthorse.server;

import io.posthorse.net.DialTls;
import io.posthorse.net.Tls;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;

/** The conversion of the configuration of encryption to the listeners' settings. */
final class Encryption {
    private Encryption() {}

    /** Returns the encryption of all ports; null where it is off. */
    static Tls load(ServerConfig.Tls configured) throws IOException {
        return configured.isOn() ? Tls.load(files(configured), clients(configured), isRequired(configured)) : null;
    }

    static Tls.Files files(ServerConfig.Tls configured) {
        return new Tls.Files(configured.certificate(), configured.key(), configured.trusted());
    }

    static Tls.Clients clients(ServerConfig.Tls configured) {
        return switch (configured.clients()) {
            case none -> Tls.Clients.NOT_ASKED;
            case optional -> Tls.Clients.ASKED;
            case require -> Tls.Clients.REQUIRED;
        };
    }

    /**
     * Returns the encryption of a slave's connection to its master; null where it is not wanted. With a secret that both
     * share, their proofs say who they are; else the master's certificate has to.
     */
    static DialTls ofSlave(ServerConfig config) throws IOException {
        ServerConfig.Tls configured = config.listen().tls();
        if (!configured.isOn() || !isRequired(configured)) {
            return null;
        }
        return config.access().inner() == null
                ? DialTls.trusting(files(configured)) : DialTls.ofProven(files(configured));
    }

    static boolean isRequired(ServerConfig.Tls configured) {
        return configured.mode() == ServerConfig.TlsMode.ENFORCING;
    }
}
