package io.posthorse.broker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** The announcements that are due: partitions that got messages, and topics that were created, changed or deleted. */
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

    /**
     * Adds a topic that a record created, changed or deleted.
     *
     * @param position end of the record
     */
    void add(Topic topic, boolean isNew, long position) {
        if (!listeners.isEmpty()) {
            News news = topic.isDeleted() ? News.DELETED : isNew ? News.CREATED : News.CHANGED;
            changes.add(new Change(topic, news, position));
        }
    }

    /** Adds a partition that got a message: its waiters are woken once the message is visible. */
    void add(Partition partition) {
        if (!partition.announced) {
            partition.announced = true;
            due.add(partition);
        }
    }

    /** Adds a partition whose waiters are woken by the next call of {@link #tell} in any case. */
    void addAtOnce(Partition partition) {
        add(partition);
        partition.announcedEnd = -1;
    }

    /**
     * Wakes those who wait for messages below a position; partitions with later messages stay due.
     *
     * @return whether a message that waits for its time is among them
     */
    boolean tell(long committed) {
        boolean scheduled = false;
        while (!changes.isEmpty() && changes.peek().position <= committed) {
            Change change = changes.remove();
            listeners.forEach(listener -> faults.guard(
                    "reporting the change of the topic " + change.topic.name(), () -> change.tell(listener)));
        }
        int kept = 0;
        List<Partition> woken = new ArrayList<>();
        for (int i = 0; i < due.size(); i++) {
            Partition partition = due.get(i);
            boolean isAll = partition.lastPosition < committed || partition.topic.isDeleted();
            long end = isAll ? partition.index.next() : partition.index.visibleEnd(committed);
            if (end != partition.announcedEnd && partition.hasWaiters()) {
                woken.add(partition);
            }
            partition.announcedEnd = end;
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
