package io.posthorse.broker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** Partitions that got messages, and topics that came, changed or went, of which nobody has been told yet. */
final class Announcements {
    private final FaultReporter faults;
    private final List<Partition> due = new ArrayList<>();
    private final List<TopicListener> listeners = new ArrayList<>();
    private final ArrayDeque<Change> changes = new ArrayDeque<>();

    private enum News { CREATED, CHANGED, DELETED }

    private record Change(Topic topic, News news, long position) {
        void tell(TopicListener listener) {
            switch (news) {
                case CREATED -> listener.created(topic);
                case CHANGED -> listener.changed(topic);
                case DELETED -> listener.deleted(topic);
            }
        }
    }

    Announcements(FaultReporter faults) {
        this.faults = faults;
    }

    void onTopics(TopicListener listener) {
        listeners.add(listener);
    }

    /** A topic that was created, changed or deleted by a record that ends at a position. */
    void add(Topic topic, boolean isNew, long position) {
        if (!listeners.isEmpty()) {
            News news = topic.isDeleted() ? News.DELETED : isNew ? News.CREATED : News.CHANGED;
            changes.add(new Change(topic, news, position));
        }
    }

    /** A partition that got a message: who waits is told when it is visible. */
    void add(Partition partition) {
        if (!partition.announced) {
            partition.announced = true;
            due.add(partition);
        }
    }

    /** A partition in which there is something else to be had: who waits is told with the next call. */
    void addAtOnce(Partition partition) {
        add(partition);
        partition.toldEnd = -1;
    }

    /**
     * Wakes those who wait for messages below a position; partitions with later ones stay.
     *
     * @return whether a message that waits for its time is among them
     */
    boolean tell(long committed) {
        boolean scheduled = false;
        while (!changes.isEmpty() && changes.peek().position <= committed) {
            Change change = changes.remove();
            listeners.forEach(listener -> faults.guard(
                    "telling of the topic " + change.topic.name(), () -> change.tell(listener)));
        }
        int kept = 0;
        List<Partition> woken = new ArrayList<>();
        for (int i = 0; i < due.size(); i++) {
            Partition partition = due.get(i);
            boolean isAll = partition.lastPosition < committed || partition.topic.isDeleted();
            long end = isAll ? partition.index.next() : partition.index.visibleEnd(committed);
            if (end != partition.toldEnd && partition.hasWaiters()) {
                woken.add(partition);
            }
            partition.toldEnd = end;
            if (isAll) {
                scheduled |= partition.topic.isInternal();
                partition.announced = false;
            } else {
                due.set(kept++, partition);
            }
        }
        due.subList(kept, due.size()).clear();
        woken.forEach(partition -> partition.wakeAll(faults));
        return scheduled;
    }
}
