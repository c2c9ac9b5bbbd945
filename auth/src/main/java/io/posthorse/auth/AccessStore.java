package io.posthorse.auth;

import io.posthorse.auth.AccessFile.Generation;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import io.posthorse.platform.StoredFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of users and rules on the disk: two files that are written in turn, so that either the new generation is
 * complete or the previous one still exists, and the key with which their secrets are sealed. Where neither file is intact
 * the broker does not start: it must not run without its rules.
 */
final class AccessStore {
    private static final Logger LOG = LoggerFactory.getLogger(AccessStore.class);

    private final FileStore files;
    private final SecretCipher cipher;
    private final Generation loaded;

    private AccessStore(FileStore files, SecretCipher cipher, Generation loaded) {
        this.files = files;
        this.cipher = cipher;
        this.loaded = loaded;
    }

    /**
     * Opens the store; creates it where none of its files exists.
     *
     * @throws IOException where it cannot be read; says what to do
     */
    static AccessStore open(FileStore files, Entropy entropy) throws IOException {
        List<String> names = files.list();
        boolean hasKey = names.contains(SecretCipher.FILE);
        List<String> present = new ArrayList<>();
        for (int slot = 0; slot < 2; slot++) {
            if (names.contains(AccessFile.name(slot))) {
                present.add(AccessFile.name(slot));
            }
        }
        if (!hasKey && present.isEmpty()) {
            return new AccessStore(files, SecretCipher.create(files, entropy), new Generation(0, AccessTable.EMPTY));
        }
        if (!hasKey) {
            throw new IOException(SecretCipher.FILE + " is missing in the data directory, but " + present.getFirst()
                    + " exists: without the key no user's secret can be read. Restore it from a backup. To start again"
                    + " without any user, delete the files access-*.acl.");
        }
        SecretCipher cipher = SecretCipher.read(files, entropy);
        return new AccessStore(files, cipher, newest(files, present, cipher));
    }

    private static Generation newest(FileStore files, List<String> present, SecretCipher cipher) throws IOException {
        Generation newest = null;
        String damaged = null;
        for (String name : present) {
            Generation found = read(files, name, cipher);
            if (found == null) {
                damaged = name;
            } else if (newest == null || found.number() > newest.number()) {
                newest = found;
            }
        }
        if (newest == null) {
            throw new IOException("The users and rules in the data directory cannot be read: "
                    + (present.isEmpty() ? "access-0.acl and access-1.acl are missing" : String.join(" and ", present)
                            + (present.size() == 1 ? " is damaged, and the other one is missing" : " are damaged"))
                    + ". The broker does not start without its rules. Restore one of the files from a backup. To start"
                    + " again without any user, delete them and " + SecretCipher.FILE + ".");
        }
        if (damaged != null || present.size() == 1) {
            LOG.warn("{} is {}; users and rules are those of generation {}. The last change may be missing: check them.",
                    damaged == null ? AccessFile.name(newest.number() + 1) : damaged,
                    damaged == null ? "missing" : "damaged", newest.number());
        }
        return newest;
    }

    private static Generation read(FileStore files, String name, SecretCipher cipher) throws IOException {
        try (StoredFile file = files.openPrivate(name)) {
            long size = file.size();
            if (!AccessFile.hasLegalSize(size)) {
                return null;
            }
            ByteBuffer in = ByteBuffer.allocate((int) size);
            file.read(0, in);
            return AccessFile.decode(name, in.flip(), cipher);
        }
    }

    /** Returns what the files contained; generation 0 where there were none. */
    Generation loaded() {
        return loaded;
    }

    /** Writes a generation; the first one to both files, so that a single damaged file is never taken for a new store. */
    void write(Generation generation) throws IOException {
        if (generation.number() == 1) {
            write(0, AccessFile.encode(generation, cipher));
        }
        write(generation.number(), AccessFile.encode(generation, cipher));
        files.forceNames();
    }

    private void write(long slot, ByteBuffer bytes) throws IOException {
        try (StoredFile file = files.openPrivate(AccessFile.name(slot))) {
            file.truncate(0);
            file.write(0, bytes);
            file.force();
        }
    }
}
