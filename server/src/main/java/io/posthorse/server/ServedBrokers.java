package io.posthorse.server;

import io.posthorse.platform.DiskFileStore;
import io.posthorse.platform.DiskThread;
import io.posthorse.server.config.ServerConfig;
import io.posthorse.server.config.SeveralBrokers;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The brokers of a process that are no node, no master and no slave: usually one. Each has a data directory and threads of
 * its own, so that a disk or a thread that stops costs one of them.
 */
final class ServedBrokers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Server.class);
    /** Part of the heap below which requests of some megabytes wait for each other. */
    private static final long HEAP_EACH = 128L << 20;
    /** Divisor of what is tolerated below it: Java counts a little less than it was given. */
    private static final int TOLERATED = 8;

    private final ServerConfig config;
    private final List<BrokerNode> nodes = new ArrayList<>();
    /** The directories of all but the first. */
    private final List<DiskFileStore> stores = new ArrayList<>();

    private ServedBrokers(ServerConfig config) {
        this.config = config;
    }

    /**
     * Opens all of them; when this returns, they serve clients. Where one cannot be opened, none is.
     *
     * @param config the configuration of the process
     * @param files directory of the first one
     */
    static ServedBrokers start(ServerConfig config, DiskFileStore files, boolean daemon) throws IOException {
        ServedBrokers started = new ServedBrokers(config);
        try {
            started.open(files, daemon);
            return started;
        } catch (Throwable e) { // also after an Error, no directory may stay locked in this process
            started.abandonStart();
            throw e;
        }
    }

    private void open(DiskFileStore files, boolean daemon) throws IOException {
        int count = config.part().count();
        if (count > 1 && Runtime.getRuntime().maxMemory() / count < HEAP_EACH - HEAP_EACH / TOLERATED) {
            LOG.warn("The heap of {} MiB is small for {} brokers: each bounds what it holds for clients by its part of it,"
                    + " and senders of large messages wait sooner. Give the process {} MiB (POSTHORSE_HEAP), or"
                    + " fewer brokers.",
                    Runtime.getRuntime().maxMemory() >> 20, count, HEAP_EACH * count >> 20);
        }
        ProcessBrokers brokers = new ProcessBrokers(config);
        for (int number = 0; number < count; number++) {
            ServerConfig own = SeveralBrokers.of(config, number);
            try {
                BrokerNode node = new BrokerNode(
                        own, number == 0 ? files : directory(files, own), daemon, BrokerNode.CHECKPOINT_BYTES, brokers);
                nodes.add(node);
                node.open();
            } catch (IOException e) {
                throw explained(own, e);
            }
        }
        for (BrokerNode node : nodes.reversed()) { // the name server's port last: each route leads to an open one
            node.openPorts();
        }
    }

    /** Opens the directory of a broker other than the first; its name must be on the disk as its messages are. */
    private DiskFileStore directory(DiskFileStore first, ServerConfig own) throws IOException {
        DiskFileStore there = Server.openDirectory(own);
        stores.add(there);
        Server.requireNoGroups(there);
        try (DiskFileStore parent = DiskFileStore.unlocked(Path.of(own.storage().directory()).getParent())) {
            parent.forceNames();
        }
        first.forceNames();
        return there;
    }

    /** Returns the failure with the broker that has it; those about files name the directory themselves. */
    private static IOException explained(ServerConfig own, IOException failure) {
        return own.part().isFirst() || failure instanceof FileSystemException
                ? failure
                : new IOException("Broker " + own.identity().brokerName() + " of this process cannot be opened, so none is. "
                        + failure.getMessage(), failure);
    }

    /** Returns the first one, which has the name server. */
    BrokerNode first() {
        return nodes.getFirst();
    }

    /** Returns all of them. */
    List<BrokerNode> all() {
        return nodes;
    }

    private void abandonStart() {
        if (nodes.size() == 1 && config.part().count() == 1) {
            nodes.getFirst().endThreads();
        } else {
            nodes.reversed().forEach(BrokerNode::abandonStart);
        }
        for (DiskFileStore store : stores) {
            try {
                store.close();
            } catch (IOException e) {
                LOG.warn("The directory {} could not be released: {}", store.place(), e.getMessage());
            }
        }
    }

    /** Closes all of them at the same time: one that fails, or is stuck, keeps no other from closing whole. */
    @Override
    public void close() throws IOException {
        List<IOException> failures = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch left = new CountDownLatch(nodes.size());
        List<DiskThread> threads = new ArrayList<>();
        for (int number = nodes.size() - 1; number > 0; number--) {
            int one = number;
            threads.add(new DiskThread("posthorse-stop-" + number, Runnable::run));
            threads.getLast().run(() -> close(one), failure -> {
                note(failure, failures);
                left.countDown();
            });
        }
        try {
            close(0);
        } catch (IOException e) {
            failures.add(e);
        } catch (RuntimeException e) { // the others are closing, and must not be cut short
            failures.add(new IOException("broker " + config.identity().brokerName() + " could not be closed: " + e, e));
        }
        left.countDown();
        try {
            left.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failures.add(new IOException("interrupted", e));
        }
        threads.forEach(DiskThread::abandon);
        if (!failures.isEmpty()) {
            failures.subList(1, failures.size()).forEach(failures.getFirst()::addSuppressed);
            throw failures.getFirst();
        }
    }

    private static void note(IOException failure, List<IOException> failures) {
        if (failure != null) {
            failures.add(failure);
        }
    }

    private void close(int number) throws IOException {
        try {
            nodes.get(number).close();
        } finally {
            if (number > 0) {
                stores.get(number - 1).close();
            }
        }
    }
}
