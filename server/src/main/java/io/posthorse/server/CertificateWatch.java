package io.posthorse.server;

import io.posthorse.net.Tls;
import io.posthorse.platform.Background;
import io.posthorse.platform.Timers;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The watch over certificate files: checks every few seconds whether they changed, so that a new certificate needs no
 * restart.
 */
final class CertificateWatch {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
    private static final long EVERY_MS = 2_000;

    private final List<Tls> listeners = new CopyOnWriteArrayList<>();
    private final Timers timers;
    private final Background background;
    private boolean stopped;

    CertificateWatch(Tls tls, Timers timers, Background background) {
        listeners.add(tls);
        this.timers = timers;
        this.background = background;
    }

    /** Adds the certificate of a further listener. May be called on any thread. */
    void add(Tls listener) {
        listeners.add(listener);
    }

    void start() {
        timers.after(EVERY_MS, this::check);
    }

    /** Stops the watch. Called on the owner's thread. */
    void stop() {
        stopped = true;
    }

    private void check() {
        if (stopped) {
            return;
        }
        boolean[] changed = new boolean[1];
        background.run(() -> changed[0] = reload(), failure -> {
            if (failure != null) {
                LOG.warn("The certificate files changed but cannot be used; new connections still get the old"
                        + " certificate. {}", failure.getMessage());
            } else if (changed[0]) {
                LOG.info("The certificate files changed; new connections get the new certificate.");
            }
            start();
        });
    }

    private boolean reload() throws IOException {
        boolean changed = false;
        IOException failure = null;
        for (Tls tls : listeners) {
            try {
                changed |= tls.reload();
            } catch (IOException e) {
                failure = e;
            }
        }
        if (failure != null) {
            throw failure;
        }
        return changed;
    }
}
