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
 * Users and rules on the disk: two files that are written in turn, so that a generation is whole or the one before it is
 * still there, and the key that their secrets are sealed with. Where neither file is whole there is no start: a broker
 * must not wake up without its rules.
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
     * Opens the store, new where none of its files exists.
     *
     * @throws IOException where it cannot be read; says what to do
     */
    static AccessStore open(FileStore files, Entropy entropy) throws IOException {
        List<String> names = files.list();
        boolean hasKey = names.contains(SecretCipher.FILE);
        List<String> there = new ArrayList<>();
        for (int slot = 0; slot < 2; slot++) {
            if (names.contains(AccessFile.name(slot))) {
                there.add(AccessFile.name(slot));
            }
        }
        if (!hasKey && there.isEmpty()) {
            return new AccessStore(files, SecretCipher.create(files, entropy), new Generation(0, AccessTable.EMPTY));
        }
        if (!hasKey) {
            throw new IOException(SecretCipher.FILE + " is missing in the data directory, but " + there.getFirst()
                    + " is there: without the key no user's secret can be read. Restore it from a backup. To begin anew"
                    + " without any user, delete the files access-*.acl.");
        }
        SecretCipher cipher = SecretCipher.read(files, entropy);
        return new AccessStore(files, cipher, newest(files, there, cipher));
    }

    private static Generation newest(FileStore files, List<String> there, SecretCipher cipher) throws IOException {
        Generation newest = null;
        String damaged = null;
        for (String name : there) {
            Generation found = read(files, name, cipher);
            if (found == null) {
                damaged = name;
            } else if (newest == null || found.number() > newest.number()) {
                newest = found;
            }
        }
        if (newest == null) {
            throw new IOException("The users and rules in the data directory cannot be read: "
                    + (there.isEmpty() ? "access-0.acl and access-1.acl are missing" : String.join(" and ", there)
                            + (there.size() == 1 ? " is damaged, and the other one is missing" : " are damaged"))
                    + ". The broker does not start without its rules. Restore one of the files from a backup. To begin"
                    + " anew without any user, delete them and " + SecretCipher.FILE + ".");
        }
        if (damaged != null || there.size() == 1) {
            LOG.warn("{} is {}; users and rules are those of generation {}. The last change may be missing: look at them.",
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

    /** What the files held; generation 0 where there were none. */
    Generation loaded() {
        return loaded;
    }

    /** Writes a generation; the first one into both files, so that one that is alone and damaged is never a new one. */
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
