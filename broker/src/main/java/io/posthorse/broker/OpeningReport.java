package io.posthorse.broker;

import io.posthorse.log.DamagedRange;
import io.posthorse.log.Store;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** Says to an operator how a data directory was found. */
final class OpeningReport {
    private OpeningReport() {}

    /** A line for everything that is not as a clean end leaves it. */
    static List<String> of(Store store, State state, Collection<Long> aside, List<String> recovered) {
        List<String> lines = new ArrayList<>();
        for (DamagedRange damage : store.damages()) {
            lines.add("The log is damaged from position %d to %d (%d bytes): messages there are gone, their offsets stay"
                            .formatted(damage.from(), damage.to(), damage.bytes())
                    + " empty, everything behind them is intact. The bytes were copied to quarantine-* in the data"
                    + " directory.");
        }
        if (store.cutBytes() > 0) {
            lines.add("The last write of the previous run was incomplete: %d bytes that were never acknowledged were cut."
                    .formatted(store.cutBytes()));
        }
        if (store.tailLost()) {
            lines.add("Messages that somebody may have seen are gone, with the machine, the volume or by damage. Offsets go"
                    + " on behind a gap of " + Opening.JUMP + ", so that no offset means two messages.");
        }
        if (!state.recovered().names().isEmpty()) {
            lines.add("The record of a topic was damaged, and it was made again from its messages, with default settings: "
                    + state.recovered().names() + ". Look at its number of queues and its permission, and mend them with"
                    + " updateTopic.");
        }
        if (state.recovered().unrecovered() > 0) {
            lines.add(state.recovered().unrecovered() + " messages belong to a topic whose record was damaged and that they"
                    + " do not name: they cannot be read. Restore the *.checkpoint files from a backup if you need them.");
        }
        if (state.leftOut() > 0) {
            lines.add(state.leftOut() + " durable subscriptions are left out whose names, made of a client's id and theirs,"
                    + " are longer than can be stored. Their clients were never able to come back to them. Messages are not"
                    + " affected.");
        }
        if (!recovered.isEmpty()) {
            lines.add("The record of a subscription was damaged. Its cursors are whole, but its name is not known; it is"
                    + " called: "
                    + recovered + ". Copy its offsets to the group that it was (mqadmin cloneGroupOffset), and delete it.");
        }
        if (store.lostOffsets() > 0 && !store.tailLost()) {
            lines.add("What stood in a damaged part of the log cannot be told. Offsets go on behind a gap of "
                    + store.lostOffsets()
                    + ", so that no offset means two messages.");
        }
        if (!aside.isEmpty()) {
            lines.add("Records that were set aside are passed over, as an operator asked for: positions " + aside + ".");
        }
        return lines;
    }
}
