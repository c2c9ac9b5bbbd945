package io.posthorse.server;

import io.posthorse.access.AccessPolicy;
import io.posthorse.auth.AccessControl;
import io.posthorse.auth.AccessTable;
import io.posthorse.auth.PlainAcl;
import io.posthorse.auth.RefusedException;
import io.posthorse.auth.Secret;
import io.posthorse.auth.User;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The opening of users and rules when a server starts. */
final class AccessSetup {
    private static final Logger LOG = LoggerFactory.getLogger(AccessSetup.class);
    private static final String SECRET_FILE = "admin.secret";
    private static final String FIRST = "admin";
    private static final int FILE_BYTES_MAX = 1 << 20;

    private AccessSetup() {}

    /**
     * Opens users and rules; returns null where access control is off.
     *
     * @throws IOException where they cannot be read; the message says why and what to do
     */
    static AccessControl open(ServerConfig config, FileStore files, Background disk, Clock clock) throws IOException {
        ServerConfig.Access access = config.access();
        if (!access.enabled()) {
            return null;
        }
        ServerConfig.Credentials first = access.first();
        String name = first == null ? FIRST : first.user();
        AccessControl.FirstUser onCreated = (user, secret) -> {
            if (first == null) {
                keep(files, user, secret);
            }
        };
        return AccessControl.open(files, disk, clock, Entropy.system(), fixed(access.plainAcl(), access.policy()), name,
                first == null ? null : first.secret(), onCreated);
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

    /** Writes the first super user's secret: the only time that a secret is stored in readable form. */
    private static void keep(FileStore files, String user, Secret secret) throws IOException {
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
