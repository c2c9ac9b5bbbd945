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

/** Opens users and rules for a server that starts. */
final class AccessSetup {
    private static final Logger LOG = LoggerFactory.getLogger(AccessSetup.class);
    private static final String SECRET_FILE = "admin.secret";
    private static final String FIRST = "admin";
    private static final int FILE_BYTES_MAX = 1 << 20;

    private AccessSetup() {}

    /**
     * Users and rules, or null where access is not controlled.
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
        AccessControl.FirstUser made = (user, secret) -> {
            if (first == null) {
                keep(files, user, secret);
            }
        };
        return AccessControl.open(files, disk, clock, Entropy.system(), fixed(access.plainAcl(), access.policy()), name,
                first == null ? null : first.secret(), made);
    }

    private static AccessTable fixed(String path, AccessPolicy policy) throws IOException {
        if (path == null) {
            return AccessTable.EMPTY;
        }
        try {
            byte[] text = LocalFile.read(path, FILE_BYTES_MAX);
            PlainAcl read = PlainAcl.read(path, new String(text, StandardCharsets.UTF_8));
            read.notes().forEach(LOG::warn);
            for (User user : read.table().users().values()) {
                String problem = policy.problem(user.secret().reveal());
                if (problem != null) {
                    throw new IOException("account " + user.name() + ": " + problem);
                }
            }
            return read.table();
        } catch (RefusedException e) {
            throw new IOException("The accounts of auth.plain.acl cannot be used: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new IOException("The accounts of auth.plain.acl cannot be read: " + e.getMessage(), e);
        }
    }

    /** The one time that a secret is written where a person can read it. */
    private static void keep(FileStore files, String user, Secret secret) throws IOException {
        String text = "# The first super user of this broker. Keep the secret elsewhere and delete this file.\n"
                + "accessKey=" + user + "\nsecretKey=" + secret.reveal() + "\n";
        try (StoredFile file = files.openPrivate(SECRET_FILE)) {
            file.truncate(0);
            file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
            file.force();
        }
        files.forceNames();
        LOG.info("The first super user {} was made; the secret is in {} in the data directory.", user, SECRET_FILE);
    }

    /** The name of the file with the first super user's secret, or null where there is none (any more). */
    static String secretFile(FileStore files) throws IOException {
        return files.list().contains(SECRET_FILE) ? SECRET_FILE : null;
    }
}
