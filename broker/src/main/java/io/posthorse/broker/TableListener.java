package io.posthorse.broker;

import java.util.List;

/** A listener for changes of the small tables. It is called on the owner's thread, and must be quick. */
public interface TableListener {
    /** Takes entries that were put or removed and are committed, in the order of their records. */
    void changed(List<TableEntry> entries);
}
