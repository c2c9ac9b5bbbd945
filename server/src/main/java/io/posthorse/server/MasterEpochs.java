package io.posthorse.server;

import io.posthorse.broker.Beginning;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import io.posthorse.replication.Epochs;
import java.io.IOException;

/**
 * The epochs of a master's log: one begins with each start, before anything is appended. A directory that was a slave's is
 * promoted by that: clients may have seen messages of the old master that the slave never got, so their offsets are skipped.
 */
final class MasterEpochs implements Beginning {
    private final FileStore files;
    private final boolean mayHaveSlaves;
    private Epochs epochs = Epochs.NONE;

    /** @param mayHaveSlaves whether slaves may come; without them only a directory that has the file is kept up to date */
    MasterEpochs(FileStore files, boolean mayHaveSlaves) {
        this.files = files;
        this.mayHaveSlaves = mayHaveSlaves;
    }

    @Override
    public boolean began(long end) throws IOException {
        Epochs before = Epochs.read(files);
        if (!mayHaveSlaves && before.equals(Epochs.NONE)) {
            return false;
        }
        long id = Entropy.system().nextLong();
        epochs = before.begun(id == 0 ? 1 : id, end);
        epochs.write(files);
        return epochs.follows();
    }

    /** Notes that the offsets are skipped; returns whether the directory was a slave's. */
    boolean opened() throws IOException {
        boolean wasSlave = epochs.follows();
        if (wasSlave) {
            epochs = epochs.following(false);
            epochs.write(files);
        }
        return wasSlave;
    }

    Epochs epochs() {
        return epochs;
    }
}
