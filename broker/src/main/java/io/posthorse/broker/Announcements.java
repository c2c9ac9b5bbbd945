package io.posthorse.broker;

import java.util.ArrayList;
import java.util.List;

/** Partitions that got messages of which nobody has been told yet. */
final class Announcements {
    private final List<Partition> due = new ArrayList<>();
    private boolean scheduled;

    void add(Partition partition) {
        if (!partition.announced) {
            partition.announced = true;
            due.add(partition);
        }
    }

    /** Wakes those who wait for messages below a position; partitions with later ones stay. */
    void tell(long committed) {
        int kept = 0;
        List<Partition> woken = new ArrayList<>();
        for (int i = 0; i < due.size(); i++) {
            Partition partition = due.get(i);
            if (partition.hasWaiters()) {
                woken.add(partition);
            }
            if (partition.lastPosition < committed) {
                scheduled |= partition.topic.isInternal();
                partition.announced = false;
            } else {
                due.set(kept++, partition);
            }
        }
        due.subList(kept, due.size()).clear();
        woken.forEach(Partition::wakeAll);
    }

    /** Whether a message that waits for its time was among them since the last call. */
    boolean takeScheduled() {
        boolean seen = scheduled;
        scheduled = false;
        return seen;
    }
}
