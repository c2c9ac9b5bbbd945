package io.posthorse.server;

import io.posthorse.access.AccessPolicy;
import io.posthorse.auth.AccessControl;
import io.posthorse.auth.AccessTable;
import io.posthorse.auth.HandedUsers;
import io.posthorse.auth.PlainAcl;
import io.posthorse.auth.RefusedException;
import io.posthorse.auth.Secret;
import io.posthorse.auth.SharedUsers;
import io.posthorse.auth.User;
import io.posthorse.codec.rocketmq.RequestSigner;
import io.posthorse.platform.Background;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.LocalFile;
import io.posthorse.platform.StoredFile;
import io.posthorse.server.config.ServerConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The opening of users and rules when a server starts. */
final class AccessSetup {
    private static final Logger LOG = LoggerFactory.getLogger(AccessSetup.class);
    private static final String SECRET_FILE = "admin.secret";
    static final String FIRST = "admin";
    private static final int FILE_BYTES_MAX = 1 << 20;

    private AccessSetup() {}

    /**
     * Opens users and rules; returns null where access control is off.
     *
     * @param tables what the nodes of the cluster share; null for a broker of its own
     * @throws IOException where they cannot be read; the message says why and what to do
     */
    static AccessControl open(
            ServerConfig config, GroupTables tables, FileStore files, Background disk, Clock clock) throws IOException {
        ServerConfig.Access access = config.access();
        if (!access.enabled()) {
            return null;
        }
        if (tables != null) {
            return open(config, tables.users(), clock);
        }
        ServerConfig.Credentials first = access.first();
        String name = first == null ? FIRST : first.user();
        AccessControl.FirstUser onCreated = (user, secret) -> {
            if (first == null) {
                keep(files, user, secret);
            }
        };
        return AccessControl.open(files, disk, clock, Entropy.system(), fixed(config), name,
                first == null ? null : first.secret(), onCreated);
    }

    /**
     * Opens the users and rules of a cluster, as its tables have them.
     *
     * @throws IOException where the file of accounts cannot be read
     */
    private static AccessControl open(ServerConfig config, SharedUsers users, Clock clock) throws IOException {
        return AccessControl.of(users, clock, Entropy.system(), fixed(config));
    }

    /** Does the same for a name server, which is handed them. */
    static AccessControl open(ServerConfig config, HandedUsers users, Clock clock) throws IOException {
        return AccessControl.of(users, clock, Entropy.system(), fixed(config));
    }

    private static AccessTable fixed(ServerConfig config) throws IOException {
        return fixed(config.access().plainAcl(), config.access().policy());
    }

    private static AccessTable fixed(String path, AccessPolicy policy) throws IOException {
        if (path == null) {
            return AccessTable.EMPTY;
        }
        try {
            byte[] text = LocalFile.read(path, FILE_BYTES_MAX);
            PlainAcl parsed = PlainAcl.read(path, new String(text, StandardCharsets.UTF_8));
            parsed.notes().forEach(LOG::warn);
            for (User user : parsed.table().users().values()) {
                String problem = policy.problem(user.secret().reveal());
                if (problem != null) {
                    throw new IOException("account " + user.name() + ": " + problem);
                }
            }
            return parsed.table();
        } catch (RefusedException e) {
            throw new IOException("The accounts of auth.plain.acl cannot be used: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException("The accounts of auth.plain.acl cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Returns what supplies the signer of requests to name servers; that is null where they are not signed.
     *
     * @param tables what the nodes of the cluster share; null for a broker of its own
     */
    static Supplier<RequestSigner> signer(ServerConfig config, GroupTables tables) {
        ServerConfig.Credentials inner = config.access().inner();
        if (inner == null && tables != null && config.access().enabled()) {
            return tables::signer;
        }
        RequestSigner signer = inner == null
                ? null
                : new RequestSigner(inner.user(), inner.secret().reveal().getBytes(StandardCharsets.UTF_8));
        return () -> signer;
    }

    /** Writes the first super user's secret: the only time that a secret is stored in readable form. */
    static void keep(FileStore files, String user, Secret secret) throws IOException {
        String text = "# The first super user of this broker. Keep the secret elsewhere and delete this file.\n"
                + "accessKey=" + user + "\nsecretKey=" + secret.reveal() + "\n";
        try (StoredFile file = files.openPrivate(SECRET_FILE)) {
            file.truncate(0);
            file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            file.force();
        }
        files.forceNames();
        LOG.info("The first super user {} was created; its secret is in the file {} in the data directory.",
                user, SECRET_FILE);
    }

    /** Returns the name of the file with the first super user's secret, or null where it does not exist or was deleted. */
    static String secretFile(FileStore files) throws IOException {
        return files.list().contains(SECRET_FILE) ? SECRET_FILE : null;
    }
}
