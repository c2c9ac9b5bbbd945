package io.posthorse.server;

import io.posthorse.broker.Beginning;
import io.posthorse.broker.Broker;
import io.posthorse.broker.BrokerSettings;
import io.posthorse.broker.MessageFormat;
import io.posthorse.log.Import;
import io.posthorse.log.LogSettings;
import io.posthorse.platform.Background;
import io.posthorse.platform.Entropy;
import io.posthorse.platform.FileStore;
import io.posthorse.replication.Epochs;
import java.io.IOException;
import java.util.List;

/**
 * The epochs of a master's log: one begins with each start, before anything is appended. A directory that was a slave's is
 * promoted by that: clients may have seen messages of the old master that the slave never got, so their offsets are skipped.
 */
final class MasterEpochs implements Beginning {
    private final FileStore files;
    private final boolean mayHaveSlaves;
    private final Entropy entropy;
    private Epochs epochs = Epochs.NONE;

    /**
     * @param mayHaveSlaves whether slaves may come; without them only a directory that has the file is kept up to date
     * @param entropy chooses the ids
     */
    MasterEpochs(FileStore files, boolean mayHaveSlaves, Entropy entropy) {
        this.files = files;
        this.mayHaveSlaves = mayHaveSlaves;
        this.entropy = entropy;
    }

    @Override
    public Broker open(
            FileStore directory, LogSettings log, Background background, BrokerSettings settings,
            List<MessageFormat> formats)
            throws IOException {
        Import.finish(directory); // of a slave that is promoted
        Import.discard(directory);
        boolean wasSlave = Epochs.read(files).follows();
        return Beginning.super.open(directory, wasSlave ? log.copied() : log, background, settings, formats);
    }

    @Override
    public boolean began(long end) throws IOException {
        Epochs before = Epochs.read(files);
        if (!mayHaveSlaves && before.equals(Epochs.NONE)) {
            return false;
        }
        long id = entropy.nextLong();
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
