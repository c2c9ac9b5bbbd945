package io.posthorse.net;

import io.posthorse.platform.Clock;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import io.posthorse.platform.QuotaShares;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The bytes that peers have requested and not taken yet. Where a user or an address has its share of them, or where all are
 * used up, its connections with such bytes get no more, until others have taken theirs. One that takes nothing for long
 * meanwhile is closed. Used on the owner's thread.
 */
final class UnsentBytes {
    /** Changes below this number of bytes are not counted. */
    static final int STEP_BYTES = 64 << 10;
    private static final long LOOK_MS = 20;
    private static final long STUCK_NANOS = 10_000_000_000L;
    private static final int PERCENT = 100;

    private final Clock clock;
    private final Quota bytes;
    private final long max;
    /** Total below which no holder can exceed its share. */
    private final long careless;
    private final Map<Connection, Note> notes = new HashMap<>();
    private final Set<Connection> waiting = new LinkedHashSet<>();
    private long lookedNanos;
    private boolean looks;

    private static final class Note {
        private final QuotaHolder holder;
        private long bytes;
        private long progressNanos;

        Note(QuotaHolder holder) {
            this.holder = holder;
        }
    }

    /** @param max maximum bytes of all peers */
    UnsentBytes(long max, QuotaShares shares, Clock clock) {
        this.max = max;
        this.clock = clock;
        this.bytes = new Quota(max, shares);
        this.careless = max / PERCENT * Math.min(shares.userPercent(), shares.addressPercent());
    }

    /** Returns whether more may be produced for a peer; if not, its connection is notified later. */
    boolean hasRoom(Connection connection) {
        look(connection);
        if (bytes.taken() <= careless || isWithin(connection)) {
            return true;
        }
        long now = clock.nanos();
        if (now - lookedNanos >= LOOK_MS * 1_000_000) {
            lookedNanos = now;
            List.copyOf(notes.keySet()).forEach(this::look);
            if (isWithin(connection)) {
                return true;
            }
        }
        if (waiting.add(connection)) {
            connection.pause(1);
            lookLater(connection);
        }
        return false;
    }

    /** Notes that much was sent: others of the same user may have to wait for it. */
    void sent(Connection connection) {
        look(connection);
    }

    /** Returns whether a connection pauses until its user, or another holder of many bytes, has taken its answers. */
    boolean isAwaiting(Connection connection) {
        return waiting.contains(connection);
    }

    private boolean isWithin(Connection connection) {
        boolean hasSome = notes.containsKey(connection);
        return bytes.isWithinShare(connection.holder()) && bytes.taken() <= (hasSome ? max : 2 * max);
    }

    /** Notes that the connection has ended. */
    void end(Connection connection) {
        waiting.remove(connection);
        Note note = notes.remove(connection);
        if (note != null) {
            bytes.note(note.holder, -note.bytes);
        }
    }

    private void look(Connection connection) {
        long now = connection.unsentBytes();
        Note note = notes.get(connection);
        long before = note == null ? 0 : note.bytes;
        if (Math.abs(now - before) < STEP_BYTES && !(now == 0 && before > 0)) {
            return;
        }
        if (note == null) {
            note = new Note(connection.holder());
            note.progressNanos = clock.nanos();
            notes.put(connection, note);
        } else if (now < before) {
            note.progressNanos = clock.nanos();
        }
        bytes.note(note.holder, now - before);
        note.bytes = now;
        if (now == 0) {
            notes.remove(connection);
        }
    }

    private void lookLater(Connection connection) {
        if (!looks) {
            looks = true;
            connection.schedule(this::lookAtAll, LOOK_MS);
        }
    }

    private void lookAtAll() {
        looks = false;
        List.copyOf(notes.keySet()).forEach(this::look);
        for (Connection one : List.copyOf(waiting)) {
            if (isWithin(one) && waiting.remove(one)) {
                one.pause(-1);
                one.tellRoom();
            }
        }
        if (waiting.isEmpty()) {
            return;
        }
        long now = clock.nanos();
        notes.forEach((connection, note) -> {
            if (now - note.progressNanos > STUCK_NANOS) {
                connection.schedule(
                        () -> connection.evict("it takes nothing of its answers, and others wait for the memory"), 0);
            }
        });
        lookLater(waiting.iterator().next());
    }
}
