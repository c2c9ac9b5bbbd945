package io.posthorse.log;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The relocated messages of several adjacent index files in order, without those that are gone. */
final class LiveRelocated {
    private final List<IndexView> views;
    private final GoneRanges gone;
    private final int[] partitions;
    private final int[] rows;
    /** The next one of each file. */
    private final List<Relocated> heads = new ArrayList<>();

    LiveRelocated(List<IndexView> views, GoneRanges gone, int[] partitions) {
        this.views = views;
        this.gone = gone;
        this.partitions = partitions;
        this.rows = new int[views.size()];
        for (int i = 0; i < rows.length; i++) {
            heads.add(following(i));
        }
    }

    /** The next one, or null. */
    Relocated next() {
        int lowest = -1;
        for (int i = 0; i < rows.length; i++) {
            Relocated head = heads.get(i);
            if (head != null && (lowest < 0 || Relocated.ORDER.compare(head, heads.get(lowest)) < 0)) {
                lowest = i;
            }
        }
        return lowest < 0 ? null : heads.set(lowest, following(lowest));
    }

    private Relocated following(int i) {
        while (rows[i] < views.get(i).relocated) {
            Relocated r = views.get(i).relocated(rows[i]++);
            if (!gone.holds(r.position) && Arrays.binarySearch(partitions, r.partition) >= 0) {
                return r;
            }
        }
        return null;
    }
}
