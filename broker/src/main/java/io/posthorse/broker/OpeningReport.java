package io.posthorse.broker;

import io.posthorse.log.Damage;
import io.posthorse.log.Store;
import java.util.ArrayList;
import java.util.List;

/** Says to an operator how a data directory was found. */
final class OpeningReport {
    private OpeningReport() {}

    /** A line for everything that is not as a clean end leaves it. */
    static List<String> of(Store store) {
        List<String> lines = new ArrayList<>();
        for (Damage damage : store.damages()) {
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
            lines.add("Messages that somebody may have seen are gone, with the machine or by damage. Offsets go on behind a"
                    + " gap of " + Broker.JUMP + ", so that no offset means two messages.");
        }
        return lines;
    }
}
