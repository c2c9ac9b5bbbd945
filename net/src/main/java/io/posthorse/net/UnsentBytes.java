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
 * Bytes that peers have asked for and not taken yet. Where a user or an address has his share of them, or where all have
 * used up what there is, connections that have some are treated as if they took nothing more, until others have taken
 * theirs. One that takes nothing for long meanwhile is closed. Used on the owner's thread.
 */
final class UnsentBytes {
    /** Smaller changes of a connection's are not noted. */
    static final int STEP_BYTES = 64 << 10;
    private static final long LOOK_MS = 20;
    private static final long STUCK_NANOS = 10_000_000_000L;
    private static final int PERCENT = 100;

    private final Clock clock;
    private final Quota bytes;
    private final long max;
    /** Below this nobody can have more than his share. */
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

    /** @param max how much all may have */
    UnsentBytes(long max, QuotaShares shares, Clock clock) {
        this.max = max;
        this.clock = clock;
        this.bytes = new Quota(max, shares);
        this.careless = max / PERCENT * Math.min(shares.userPercent(), shares.addressPercent());
    }

    /** Whether more may be produced for a peer; where not, its connection is told when it is so again. */
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

    /** Much was sent: others of the same user may have to wait for it. */
    void sent(Connection connection) {
        look(connection);
    }

    /** Whether a connection is read no further until its user, or who else has much of it, has taken what he is sent. */
    boolean isAwaiting(Connection connection) {
        return waiting.contains(connection);
    }

    private boolean isWithin(Connection connection) {
        boolean hasSome = notes.containsKey(connection);
        return bytes.isWithinShare(connection.holder()) && bytes.taken() <= (hasSome ? max : 2 * max);
    }

    /** The connection is gone. */
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
