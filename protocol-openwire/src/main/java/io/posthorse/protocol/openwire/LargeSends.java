package io.posthorse.protocol.openwire;

import io.netty.buffer.ByteBuf;
import io.posthorse.platform.Clock;
import io.posthorse.platform.MinimumRate;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.Timers;

/**
 * The large messages of one client that {@link LargeMessages} has admitted. Sends a message in parts, and closes the
 * connection of a client that reads them below a minimum rate while others wait for the memory. Used on the owner's thread.
 */
final class LargeSends {
    /** Bytes of each part of a message. */
    private static final int CHUNK_BYTES = 1 << 20;

    /** Minimum rate of a client while others wait, after a grace period in which it may read nothing. */
    static final int LEAST_BYTES_PER_S = 256 << 10;

    static final long GRACE_MS = 10_000;
    private static final long LOOK_MS = 1_000;

    private final LargeMessages all;
    private final Peer peer;
    private final Clock clock;
    private final Timers timers;
    /** Messages that the client has not received completely. */
    private int pending;

    private long receivedBytes;
    /** Measures the client's rate while others wait. */
    private final MinimumRate pace = new MinimumRate(LEAST_BYTES_PER_S, GRACE_MS);
    /** Whether no consumer waited at the last check. */
    private boolean wasAlone;
    /** The next check; runs while messages are on their way. */
    private Timers.Timer check;

    /** The connection on which the messages are sent. */
    interface Peer {
        QuotaHolder holder();

        boolean isOpen();

        /** Sends bytes; runs the action once the client has received them, or never will. */
        void send(ByteBuf bytes, Runnable gone);

        void flush();

        /** Closes the connection and sends the client the reason. */
        void end(String reason);
    }

    LargeSends(LargeMessages all, Peer peer, Clock clock, Timers timers) {
        this.all = all;
        this.peer = peer;
        this.clock = clock;
        this.timers = timers;
    }

    /**
     * Sends a message whose memory was taken, and releases the memory when the client has received it, or is gone.
     *
     * @param size bytes that were taken
     */
    void send(ByteBuf bytes, long size) {
        if (pending++ == 0) {
            pace.begin(clock.nanos(), receivedBytes);
        }
        while (bytes.readableBytes() > CHUNK_BYTES) {
            peer.send(bytes.readRetainedSlice(CHUNK_BYTES), () -> receivedBytes += CHUNK_BYTES);
        }
        int last = bytes.readableBytes();
        peer.send(bytes, () -> received(last, size));
        peer.flush();
        if (pending > 0 && check == null) {
            check = timers.after(LOOK_MS, this::check);
        }
    }

    /** Releases the memory of a message that is not sent. */
    void drop(long size) {
        all.give(size, peer.holder());
    }

    private void received(int last, long size) {
        pending--;
        receivedBytes += last;
        all.give(size, peer.holder());
    }

    private void check() {
        check = null;
        if (pending == 0 || !peer.isOpen()) {
            return;
        }
        boolean isAlone = !all.isAwaited();
        if (isAlone && wasAlone) { // a consumer that was just woken may be about to wait again
            pace.begin(clock.nanos(), receivedBytes);
        }
        wasAlone = isAlone;
        if (!isAlone && pace.isTooSlow(clock.nanos(), receivedBytes)) {
            peer.end("The client read a large message at less than " + (LEAST_BYTES_PER_S >> 10)
                    + " KiB a second while others waited for the memory.");
        } else {
            check = timers.after(LOOK_MS, this::check);
        }
    }
}
