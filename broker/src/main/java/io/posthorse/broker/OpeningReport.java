package io.posthorse.broker;

import io.posthorse.log.DamagedRange;
import io.posthorse.log.Store;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The report to an operator on the state of a data directory at its opening. */
final class OpeningReport {
    private OpeningReport() {}

    /** Returns a line for each difference from a clean end. */
    static List<String> of(Store store, State state, Collection<Long> aside, List<String> recovered) {
        List<String> lines = new ArrayList<>();
        for (DamagedRange damage : store.damages()) {
            lines.add("The log is damaged from position %d to %d (%d bytes): messages there are lost, their offsets stay"
                            .formatted(damage.from(), damage.to(), damage.bytes())
                    + " empty, all other messages are intact. The bytes were copied to quarantine-* in the data directory.");
        }
        if (store.cutBytes() > 0) {
            lines.add("The last write of the previous run was incomplete: %d bytes that were never acknowledged were cut."
                    .formatted(store.cutBytes()));
        }
        if (store.tailLost()) {
            lines.add("Messages that clients may have seen were lost, with the machine, the volume or by damage. Offsets"
                    + " continue behind a gap of " + Opening.JUMP + ", so that no offset means two messages.");
        }
        if (!state.recovered().names().isEmpty()) {
            lines.add("The record of a topic is damaged. The topic was created again from its messages, with default"
                    + " settings: "
                    + state.recovered().names() + ". Check its number of queues and its permission, and correct them with"
                    + " updateTopic.");
        }
        if (state.recovered().unrecovered() > 0) {
            lines.add(state.recovered().unrecovered() + " messages belong to a topic whose record is damaged and that they"
                    + " do not name, so they are unreadable. Restore the *.checkpoint files from a backup if you need"
                    + " them.");
        }
        if (state.leftOut() > 0) {
            lines.add(state.leftOut() + " durable subscriptions were left out, since their names (client id and"
                    + " subscription name)"
                    + " are too long to store. Their clients were never able to resume them. Messages are not affected.");
        }
        if (!recovered.isEmpty()) {
            lines.add("The record of a subscription is damaged. Its cursors are intact, but its name is unknown; it is now"
                    + " called: "
                    + recovered + ". Copy its offsets to its former group (mqadmin cloneGroupOffset), then delete it.");
        }
        if (store.lostOffsets() > 0 && !store.tailLost()) {
            lines.add("The contents of a damaged part of the log are unknown. Offsets continue behind a gap of "
                    + store.lostOffsets()
                    + ", so that no offset means two messages.");
        }
        if (!aside.isEmpty()) {
            lines.add("Records that an operator set aside are skipped: positions " + aside + ".");
        }
        return lines;
    }
}
