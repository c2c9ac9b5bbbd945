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
import java.util.ArrayList;
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

    /** Notes that the offsets are skipped; returns what an operator should know about the directory of a slave. */
    List<String> openedReport() throws IOException {
        List<String> report = new ArrayList<>();
        if (opened()) {
            report.add("This broker was a slave, and is the master from position " + epochs.list().getLast().begin() + " on."
                    + " Messages that its old master had and it has not are left out, and their offsets are skipped.");
        }
        if (epochs.isDamaged()) {
            report.add("A part of this broker's log was found damaged while it was a slave, and was not fetched anew since:"
                    + " messages in it are missing. Where another slave is whole, make that one the master, and this one its"
                    + " slave: it fetches everything then.");
        }
        return report;
    }

    Epochs epochs() {
        return epochs;
    }
}
