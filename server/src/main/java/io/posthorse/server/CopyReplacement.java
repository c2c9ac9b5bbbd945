package io.posthorse.server;

import io.posthorse.log.DivergentTail;
import io.posthorse.log.Import;
import io.posthorse.platform.FileStore;
import io.posthorse.replication.CatchUp;
import io.posthorse.replication.Epochs;
import io.posthorse.replication.Member;
import io.posthorse.replication.Peers;
import java.io.IOException;

/**
 * The replacement of a slave's copy by its master's: what the master has not is set aside, the rest is fetched, and what is
 * there then is opened. Used on one thread, which may wait.
 */
final class CopyReplacement {
    /** Attempts to fetch while the master takes a checkpoint, a pause after each. */
    private static final int FETCHES_MAX = 30;

    private final FileStore files;
    private final Slave slave;
    /** Epoch of the master of which files may have come already in this process. */
    private Epochs.Epoch fetchedFrom;

    /** The slave whose copy is replaced. */
    interface Slave {
        /** Returns the epochs of its copy, as they are stored. */
        Epochs epochs();

        /** Notes that its copy has these epochs now. */
        void has(Epochs stored);

        /** Closes its copy, which serves nobody any more; returns the position behind its last record. */
        long abandon() throws IOException;

        /** Opens the copy that is there, and serves readers with it. */
        void open() throws IOException;

        /** Returns whether the slave has ended: nothing is opened any more. */
        boolean isClosed();

        /** Returns whether the master can be asked. */
        boolean isMasterThere();

        /** Waits a while before another attempt. */
        void pause();

        /** Notes that the work goes on: the master is told that this slave is there. */
        void progressed();

        /** Reports records that were set aside. */
        void setAside(long common, DivergentTail tail);

        /** Reports that the copy cannot be opened now. */
        void cannotOpen(Exception why);
    }

    CopyReplacement(FileStore files, Slave slave) {
        this.files = files;
        this.slave = slave;
    }

    /**
     * Replaces the copy. Whatever fails, the copy that is there then is open when this returns or throws, unless the slave
     * has ended.
     *
     * @param common position up to which the logs are the same; -1 where the slave's is a part of the master's
     * @param needed position at which the checkpoint has to be, or behind
     * @param ofMaster the epochs of the master's log
     * @throws IOException where the master or the disk fails
     */
    void replace(Peers master, long common, long needed, Epochs ofMaster) throws IOException {
        boolean isDamaged = slave.epochs().isDamaged();
        try {
            slave.progressed();
            long end = slave.abandon();
            slave.progressed();
            long keptBelow = isDamaged ? 0 : end;
            if (common >= 0 && common < end) {
                DivergentTail tail = DivergentTail.setAside(files, common, end);
                keptBelow = isDamaged ? 0 : tail.segment();
                slave.setAside(common, tail);
                slave.progressed();
            }
            Epochs.Epoch newest = ofMaster.list().getLast();
            if (!newest.equals(fetchedFrom)) {
                Import.discard(files); // an earlier attempt may have been from another master
                fetchedFrom = newest;
            }
            fetch(master, needed, keptBelow);
            ofMaster.write(files); // not before: the old log has no records of the master's later epochs
            slave.has(ofMaster);
        } finally {
            slave.progressed();
            openAgain();
        }
    }

    private void fetch(Peers master, long needed, long keptBelow) throws IOException {
        Peers noted = (node, request) -> {
            slave.progressed();
            return master.ask(node, request);
        };
        for (int left = FETCHES_MAX; true; left--) {
            try {
                CatchUp.fetch(noted, new Member("master", "", 0), files, needed, keptBelow);
                return;
            } catch (IOException e) {
                if (left == 0 || slave.isClosed() || !slave.isMasterThere()) {
                    throw e;
                }
                slave.pause(); // the master takes a checkpoint
            }
        }
    }

    /** Opens the copy that is there now. Where that fails, as while a port is taken, tries again until the slave ends. */
    private void openAgain() throws IOException {
        while (!slave.isClosed()) {
            try {
                Import.finish(files); // what was fetched may have begun to take its place
                slave.open();
                return;
            } catch (IOException | RuntimeException e) {
                slave.cannotOpen(e);
                slave.pause();
            }
        }
    }
}
