package io.posthorse.protocol.openwire;

import io.netty.buffer.ByteBuf;
import io.posthorse.platform.Clock;
import io.posthorse.platform.MinimumRate;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.Timers;

/**
 * The large messages of one client that {@link LargeMessages} has let on their way. Leaves with a message in parts, and sees
 * to it that the client takes them at a least rate while others wait for the memory. Used on the owner's thread.
 */
final class LargeSends {
    /** A message is written in parts of so many bytes. */
    private static final int CHUNK_BYTES = 1 << 20;

    /** While others wait, a client takes so much a second, after a while in which it may take nothing. */
    static final int LEAST_BYTES_PER_S = 256 << 10;

    static final long GRACE_MS = 10_000;
    private static final long LOOK_MS = 1_000;

    private final LargeMessages all;
    private final Peer peer;
    private final Clock clock;
    private final Timers timers;
    /** Messages that the client has not taken whole. */
    private int untaken;

    private long takenBytes;
    /** How fast the client takes what others wait for. */
    private final MinimumRate pace = new MinimumRate(LEAST_BYTES_PER_S, GRACE_MS);
    /** Whether nobody waited at the last look. */
    private boolean wasAlone;
    /** Runs while something is not taken. */
    private Timers.Timer look;

    /** The connection that the messages leave by. */
    interface Peer {
        QuotaHolder holder();

        boolean isOpen();

        /** Sends bytes; the action runs once the client has taken them, or never will. */
        void send(ByteBuf bytes, Runnable gone);

        void flush();

        /** Ends the connection with a reason that its client is told. */
        void end(String reason);
    }

    LargeSends(LargeMessages all, Peer peer, Clock clock, Timers timers) {
        this.all = all;
        this.peer = peer;
        this.clock = clock;
        this.timers = timers;
    }

    /**
     * Sends a message for which room was taken, and gives the room back when the client has taken it, or is gone.
     *
     * @param size what room was taken for
     */
    void send(ByteBuf bytes, long size) {
        if (untaken++ == 0) {
            pace.begin(clock.nanos(), takenBytes);
        }
        while (bytes.readableBytes() > CHUNK_BYTES) {
            peer.send(bytes.readRetainedSlice(CHUNK_BYTES), () -> takenBytes += CHUNK_BYTES);
        }
        int last = bytes.readableBytes();
        peer.send(bytes, () -> taken(last, size));
        peer.flush();
        if (untaken > 0 && look == null) {
            look = timers.after(LOOK_MS, this::look);
        }
    }

    /** A message for which room was taken is not sent. */
    void drop(long size) {
        all.give(size, peer.holder());
    }

    private void taken(int last, long size) {
        untaken--;
        takenBytes += last;
        all.give(size, peer.holder());
    }

    private void look() {
        look = null;
        if (untaken == 0 || !peer.isOpen()) {
            return;
        }
        boolean isAlone = !all.isAwaited();
        if (isAlone && wasAlone) { // who was woken a moment ago may be about to wait again
            pace.begin(clock.nanos(), takenBytes);
        }
        wasAlone = isAlone;
        if (!isAlone && pace.isTooSlow(clock.nanos(), takenBytes)) {
            peer.end("Of a large message less than " + (LEAST_BYTES_PER_S >> 10)
                    + " KiB a second were taken, and others wait for the memory.");
        } else {
            look = timers.after(LOOK_MS, this::look);
        }
    }
}
