package io.posthorse.clustertest.check;

import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Event.Acknowledged;
import io.posthorse.clustertest.history.Event.Decided;
import io.posthorse.clustertest.history.Event.Delivered;
import io.posthorse.clustertest.history.Event.Drained;
import io.posthorse.clustertest.history.Event.Sent;
import io.posthorse.clustertest.history.Event.Settled;
import io.posthorse.clustertest.history.Event.Stored;
import io.posthorse.clustertest.history.Place;
import io.posthorse.clustertest.history.Way;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;

/** Faults to plant in a right history: each is one change that a broken cluster would have shown. */
enum Plant {
    FIRST_LOST_EVERYWHERE(Verdict.LOST_PREFIX, c -> lost(c, null, -1)),
    FIRST_LOST_ON_ONE(Verdict.LOST_PREFIX, c -> lost(c, c.anyReplica(), -1)),
    MIDDLE_LOST_EVERYWHERE(Verdict.LOST_MIDDLE, c -> lost(c, null, 0)),
    MIDDLE_LOST_ON_ONE(Verdict.LOST_MIDDLE, c -> lost(c, c.anyReplica(), 0)),
    LAST_LOST_EVERYWHERE(Verdict.LOST_POSTFIX, c -> lost(c, null, 1)),
    LAST_LOST_ON_ONE(Verdict.LOST_POSTFIX, c -> lost(c, c.anyReplica(), 1)),
    DELAYED_LOST(Verdict.LOST_POSTFIX, Plant::lateLost),
    STRANGER_STORED(Verdict.INVENTED, c -> {
        c.append(c.held(c.replicas.getFirst(), place(c)).getFirst().place(), "stranger", 1);
        return "stranger";
    }),
    STRANGER_DELIVERED(Verdict.INVENTED, c -> changedDelivery(c, "stranger", 1)),
    BODY_CHANGED_ON_ONE(Verdict.CHANGED, c -> {
        Stored old = c.any(Stored.class, one -> true);
        c.replace(old, new Stored(old.at(), old.replica(), old.place(), old.offset(), old.id(), old.checksum() + 1));
        return old.id();
    }),
    BODY_CHANGED_IN_DELIVERY(Verdict.CHANGED, c -> changedDelivery(c, null, 1)),
    STORED_TWICE(Verdict.DOUBLED, c -> {
        Stored old = c.told(c.replicas.getFirst(), one -> true);
        c.append(old.place(), old.id(), old.checksum());
        return old.id();
    }),
    STORED_ELSEWHERE(Verdict.MOVED, c -> {
        Stored last = c.told(c.replicas.getFirst(), one -> isLast(c, one)
                && !one.place().topic().equals(RightHistory.ORDERED));
        if (last == null) {
            return null;
        }
        c.take(null, last);
        c.append(last.place(), last.id(), last.checksum());
        return last.id();
    }),
    REFUSED_AND_STORED(Verdict.STORED_THOUGH_REFUSED, c -> {
        Event.Refused refused = c.any(Event.Refused.class, one -> true);
        if (refused == null) {
            return null;
        }
        Sent sent = c.any(Sent.class, one -> one.id().equals(refused.id()));
        c.append(sent.place(), sent.id(), sent.checksum());
        return sent.id();
    }),
    STORED_OUT_OF_ORDER(Verdict.REORDERED, Plant::storedOutOfOrder),
    DELIVERED_OUT_OF_ORDER(Verdict.REORDERED, Plant::deliveredOutOfOrder),
    OFFSET_TOLD_TWICE(Verdict.OFFSET_TWICE, c -> {
        Stored one = c.told(c.replicas.getFirst(), s -> true);
        Sent other = new Sent(c.end(), "other", one.place(), "", 5, 0, "");
        c.events.add(other);
        c.events.add(new Acknowledged(c.end(), "other", one.place(), one.offset()));
        c.events.add(new Stored(c.end(), c.replicas.getFirst(), one.place(), one.offset(), "other", 5));
        c.replicas.stream().skip(1).forEach(
                replica -> c.events.add(new Stored(c.end(), replica, one.place(), one.offset(), "other", 5)));
        c.events.removeIf(event -> event instanceof Drained);
        return "other";
    }),
    REPLICA_WITH_ANOTHER(Verdict.DISAGREE, Plant::replicaWithAnother),
    REPLICA_WITHOUT_A_DOUBTFUL(Verdict.DISAGREE, c -> {
        Stored doubtful = c.replicas.size() == 1 ? null : c.any(Stored.class, one -> !c.isAcknowledged(one.id()));
        if (doubtful == null) {
            return null;
        }
        c.take(doubtful.replica(), doubtful);
        return doubtful.place().toString();
    }),
    SEEN_AND_GONE(Verdict.VISIBLE_THEN_GONE, c -> {
        Stored doubtful = c.any(Stored.class, one -> !c.isAcknowledged(one.id()));
        if (doubtful == null) {
            return null;
        }
        c.take(null, doubtful);
        return doubtful.id();
    }),
    SETTLED_AND_AGAIN(Verdict.SETTLED_AGAIN, Plant::settledAndAgain),
    OFFSET_SET_BACK(Verdict.SETTLED_AGAIN, c -> {
        Event.Committed stored = c.any(Event.Committed.class, one -> true);
        if (stored == null) {
            return null;
        }
        c.events.add(new Event.Resumed(c.end(), stored.group(), stored.place(), stored.offset() - 1));
        return stored.group();
    }),
    NOT_DELIVERED(Verdict.UNDELIVERED, c -> {
        Delivered gone = c.any(Delivered.class, one -> true);
        c.events.removeIf(one -> one instanceof Delivered d && d.id().equals(gone.id()) && d.group().equals(gone.group()));
        return gone.id();
    }),
    GIVEN_BACK_FOR_EVER(Verdict.UNDELIVERED, c -> {
        Event.Returned back = c.any(Event.Returned.class, one -> c.attempts(one.id()) == 1);
        if (back == null) {
            return null;
        }
        c.events.removeIf(one -> one instanceof Delivered d && d.id().equals(back.id()) && d.group().equals(back.group())
                && d.at() > back.at());
        return back.id();
    }),
    PART_OF_A_COMMIT(Verdict.HALF_VISIBLE, c -> {
        Stored part = c.any(Stored.class, one -> one.place().topic().equals(RightHistory.TOGETHER));
        if (part == null) {
            return null;
        }
        c.take(null, part);
        c.forgetDeliveries(part.id());
        return part.id();
    }),
    ROLLED_BACK_AND_SEEN(Verdict.HALF_VISIBLE, c -> neverCommitted(c, one -> !isAsked(c, one.transaction()))),
    SEEN_BEFORE_THE_COMMIT(Verdict.HALF_VISIBLE, c -> {
        Delivered seen = c.any(Delivered.class, one -> one.place().topic().equals(RightHistory.TOGETHER));
        if (seen == null) {
            return null;
        }
        Sent sent = c.any(Sent.class, one -> one.id().equals(seen.id()));
        c.forgetDeliveries(seen.id());
        c.events.add(Changes.delivery(seen, sent.at() + 1));
        return seen.id();
    }),
    BEFORE_ITS_TIME(Verdict.EARLY, c -> {
        Delivered late = c.any(Delivered.class, one -> one.place().topic().equals(RightHistory.LATER));
        if (late == null) {
            return null;
        }
        Sent sent = c.any(Sent.class, one -> one.id().equals(late.id()));
        c.forgetDeliveries(late.id());
        c.events.add(Changes.delivery(late, sent.dueAt() - 1));
        return late.id();
    });

    final Verdict verdict;
    private final Function<Changes, String> change;

    Plant(Verdict verdict, Function<Changes, String> change) {
        this.verdict = verdict;
        this.change = change;
    }

    /** Changes a history; returns a word that the finding has to name, or null where this history has no such place. */
    String into(Changes changes) {
        return change.apply(changes);
    }

    private static Place place(Changes c) {
        return c.any(Stored.class, one -> true).place();
    }

    private static boolean isLast(Changes c, Stored one) {
        return c.held(one.replica(), one.place()).getLast().offset() == one.offset();
    }

    private static String lost(Changes c, String replica, int where) {
        String seenOn = replica == null ? c.replicas.getFirst() : replica;
        Predicate<Stored> fits = one -> {
            List<Stored> held = c.held(seenOn, one.place());
            boolean first = held.getFirst().offset() == one.offset();
            boolean last = held.getLast().offset() == one.offset();
            return held.size() > 2 && (where < 0 ? first : where > 0 ? last : !first && !last);
        };
        Stored gone = c.told(seenOn, fits);
        if (gone == null) {
            return null;
        }
        c.take(replica, gone);
        return gone.id();
    }

    /** The delayed message that was sent last. */
    private static String lateLost(Changes c) {
        List<Sent> late = c.all(Sent.class, one -> one.dueAt() > 0);
        if (late.isEmpty()) {
            return null;
        }
        c.events.removeIf(one -> one instanceof Stored stored && stored.id().equals(late.getLast().id()));
        c.forgetDeliveries(late.getLast().id());
        return late.getLast().id();
    }

    private static String changedDelivery(Changes c, String id, int more) {
        Delivered old = c.any(Delivered.class, one -> one.way() == Way.PULL);
        if (old == null) {
            return null;
        }
        c.events.add(new Delivered(old.at(), old.consumer(), old.group(), old.way(), id == null ? old.id() : id, old.place(),
                old.offset(), old.checksum() + more, 0));
        return id == null ? old.id() : id;
    }

    private static String storedOutOfOrder(Changes c) {
        Stored first = c.told(c.replicas.getFirst(), one -> one.place().topic().equals(RightHistory.ORDERED));
        if (first == null) {
            return null;
        }
        Sent sent = c.any(Sent.class, one -> one.id().equals(first.id()));
        Stored second = c.told(c.replicas.getFirst(), one -> one.place().equals(first.place())
                && one.offset() == first.offset() + 1
                && c.any(Sent.class, s -> s.id().equals(one.id())).order().equals(sent.order()));
        if (second == null) {
            return null;
        }
        c.exchange(first, second);
        return first.id();
    }

    private static String deliveredOutOfOrder(Changes c) {
        Delivered first = c.any(Delivered.class, one -> one.way() == Way.ORDERLY && isOnce(c, one));
        if (first == null) {
            return null;
        }
        Sent sent = c.any(Sent.class, one -> one.id().equals(first.id()));
        Delivered second = c.any(Delivered.class, one -> one.way() == Way.ORDERLY && one.place().equals(first.place())
                && one.offset() > first.offset()
                && c.any(Sent.class, s -> s.id().equals(one.id())).order().equals(sent.order()));
        if (second == null) {
            return null;
        }
        c.replace(first, Changes.delivery(first, second.at() + 1));
        return first.id();
    }

    private static boolean isOnce(Changes c, Delivered one) {
        return c.all(Delivered.class, d -> d.group().equals(one.group()) && d.id().equals(one.id())).size() == 1;
    }

    private static String replicaWithAnother(Changes c) {
        Stored one = c.replicas.size() == 1 ? null : c.told(c.anyReplica(), s -> true);
        Stored other = one == null ? null : c.told(one.replica(), s -> s.place().equals(one.place())
                && s.offset() != one.offset());
        if (other == null) {
            return null;
        }
        c.replace(one, new Stored(one.at(), one.replica(), one.place(), one.offset(), other.id(), other.checksum()));
        c.replace(other, new Stored(other.at(), other.replica(), one.place(), other.offset(), one.id(), one.checksum()));
        return one.place().toString();
    }

    private static String settledAndAgain(Changes c) {
        Settled settled = c.any(Settled.class, one -> c.attempts(one.id()) == 1);
        if (settled == null) {
            return null;
        }
        Delivered before = c.any(Delivered.class, d -> d.id().equals(settled.id()) && d.group().equals(settled.group()));
        c.events.add(Changes.delivery(before, settled.at() + 1));
        return settled.id();
    }

    private static boolean isAsked(Changes c, String transaction) {
        return c.any(Decided.class, one -> one.transaction().equals(transaction)
                && one.decision() == Event.Decision.COMMIT_ASKED) != null;
    }

    private static String neverCommitted(Changes c, Predicate<Sent> fits) {
        Sent sent = c.any(Sent.class, one -> !one.transaction().isEmpty() && fits.test(one));
        if (sent == null) {
            return null;
        }
        c.events.removeIf(event -> event instanceof Drained);
        c.append(sent.place(), sent.id(), sent.checksum());
        return sent.id();
    }
}
