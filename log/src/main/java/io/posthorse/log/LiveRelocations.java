package io.posthorse.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The relocated messages of several adjacent index files in order, without those that are gone. */
final class LiveRelocations {
    private final List<IndexView> views;
    private final GoneRanges gone;
    private final int[] partitions;
    private final int[] rows;
    /** The next one of each file. */
    private final List<RelocatedRecord> heads = new ArrayList<>();

    LiveRelocations(List<IndexView> views, GoneRanges gone, int[] partitions) {
        this.views = views;
        this.gone = gone;
        this.partitions = partitions;
        this.rows = new int[views.size()];
        for (int i = 0; i < rows.length; i++) {
            heads.add(following(i));
        }
    }

    /** Returns the next one, or null. */
    RelocatedRecord next() {
        int lowest = -1;
        for (int i = 0; i < rows.length; i++) {
            RelocatedRecord head = heads.get(i);
            if (head != null && (lowest < 0 || RelocatedRecord.ORDER.compare(head, heads.get(lowest)) < 0)) {
                lowest = i;
            }
        }
        return lowest < 0 ? null : heads.set(lowest, following(lowest));
    }

    private RelocatedRecord following(int i) {
        while (rows[i] < views.get(i).relocated) {
            RelocatedRecord r = views.get(i).relocated(rows[i]++);
            if (!gone.holds(r.position) && Arrays.binarySearch(partitions, r.partition) >= 0) {
                return r;
            }
        }
        return null;
    }
}
