package io.posthorse.server;

import io.posthorse.net.Tls;
import io.posthorse.server.config.ServerConfig;

/** The conversion of the configuration of encryption to the listeners' settings. */
final class Encryption {
    private Encryption() {}

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

    static boolean isRequired(ServerConfig.Tls configured) {
        return configured.mode() == ServerConfig.TlsMode.ENFORCING;
    }
}
