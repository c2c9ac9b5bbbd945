package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.LeaseWaiters;
import io.posthorse.broker.Leases;
import io.posthorse.broker.LentBatch;
import io.posthorse.broker.Partition;
import io.posthorse.broker.RetriedRequest;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.TagFilter;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.DeadLetter;
import io.posthorse.format.rocketmq.Filters;
import io.posthorse.format.rocketmq.TopicsAndGroups;
import io.posthorse.platform.Quota;
import io.posthorse.platform.QuotaHolder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Lends messages to clients one by one (200050), answers whether there are any (200054), and shows how many requests of a
 * group wait in a topic (200055). A message that is not settled in time is lent again from the same record; its reconsume
 * times count how often.
 */
final class PopRequests implements RequestHandler {
    private static final String PRIORITY = "PRIORITY";
    private static final int COUNT_MAX = 32;
    private static final int BYTES_MAX = 1 << 20;
    private static final long LEASE_MS_MIN = 100;
    private static final long LEASE_MS_MAX = 12 * 3_600_000L;
    private static final long POLL_MS_MAX = 60_000;
    private static final int WAITERS_MAX = 10_000;
    /** Maximum waiting requests of one connection; a proxy has those of many clients. */
    private static final int SESSION_WAITERS_MAX = 5_000;
    /** Maximum of the queues of all waiting requests, each counted once for each request. */
    private static final int LINES_MAX = 500_000;

    private final RemotingProtocol protocol;
    private final Broker broker;
    private final TopicsAndGroups destinations;
    private final Filters filters;
    private final LeaseWaiters takers;
    private final LentBatch lent = new LentBatch();
    private final PopAttempts attempts = new PopAttempts();
    private int turn;
    private final Quota waits;
    /** Numbers of waiting requests; no entry stands for none. */
    private final Map<Polled, Integer> waiting = new HashMap<>();
    private int lines;

    private record Polled(String group, String topic) {
        static Polled of(Pop pop) {
            return new Polled(pop.group.name(), pop.partitions.getFirst().topic().name());
        }
    }

    PopRequests(RemotingProtocol protocol, TopicsAndGroups destinations, Filters filters) {
        this.protocol = protocol;
        this.broker = protocol.broker;
        this.destinations = destinations;
        this.filters = filters;
        this.takers = new LeaseWaiters(broker, protocol.timers);
        this.waits = new Quota(WAITERS_MAX, protocol.settings.shares());
    }

    /**
     * A request for messages, or for whether there are any.
     *
     * @param holder the user and address that it counts for while it waits
     * @param request without its fields, for the answer
     * @param fromEnd whether a group that has never read a queue begins at its end, unless the queue is young
     * @param attempt the client's id of this attempt, and of its repetition where no answer came; null where it sends none
     * @param lends whether messages are lent, or only looked for
     * @param retry repeats the attempt once old messages have come from the disk
     */
    record Pop(
            RemotingSession session,
            QuotaHolder holder,
            Frame request,
            Subscription group,
            List<Partition> partitions,
            TagFilter filter,
            int countMax,
            long leaseMs,
            boolean ordered,
            boolean fromEnd,
            String attempt,
            boolean lends,
            RetriedRequest retry) {}

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.POP_MESSAGE || code == RequestCode.NOTIFICATION || code == RequestCode.POLLING_INFO;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        if (request.code() == RequestCode.POLLING_INFO) {
            Polled asked = new Polled(request.require("consumerGroup"), request.require("topic"));
            return request.ok(Map.of("pollingNum", Integer.toString(waiting.getOrDefault(asked, 0))));
        }
        Subscription group = destinations.group(request.require("consumerGroup"), ((RemotingSession) peer).holder());
        Topic topic = broker.topic(request.require("topic"));
        if (group == null) {
            return request.refuse(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "subscription group ["
                    + request.field("consumerGroup") + "] does not exist and could not be created. Create it with"
                    + " updateSubGroup.");
        }
        if (topic == null) {
            return request.refuse(ResponseCode.TOPIC_NOT_EXIST, "topic[" + request.field("topic")
                    + "] not exist, apply first please! It is created with its first message or with updateTopic.");
        }
        if (!group.settings().admitsOffsets() || !topic.settings().isReadable() || topic.isInternal()
                || !protocol.settings.isReadable()) {
            return request.refuse(ResponseCode.NO_PERMISSION, "the group " + group.name() + " is not allowed to consume in"
                    + " this way, or the topic " + topic.name() + " or the broker is not readable");
        }
        int queue = (int) request.number("queueId", -1);
        if (queue >= topic.partitions().size() || topic.partitions().isEmpty()) {
            return request.refuse(ResponseCode.INVALID_PARAMETER, "queueId[" + queue + "] is illegal, topic:["
                    + topic.name() + "] has " + topic.partitions().size() + " queues");
        }
        Filters.Choice choice = filters.of(request.field("expType"), request.field("exp"));
        if (choice.filter() == null) {
            return request.refuse(choice.code(), choice.remark());
        }
        return poll(request, new Pop(
                (RemotingSession) peer, ((RemotingSession) peer).holder(), request.withoutContent(), group,
                queue < 0 ? topic.partitions() : List.of(topic.partition(queue)),
                choice.filter(),
                (int) Math.max(1, Math.min(COUNT_MAX, request.number("maxMsgNums", COUNT_MAX))),
                Math.max(LEASE_MS_MIN, Math.min(LEASE_MS_MAX, request.number("invisibleTime", 60_000))),
                "true".equals(request.field("order")),
                request.number("initMode", 0) == 1,
                request.field("attemptId"),
                request.code() == RequestCode.POP_MESSAGE,
                new RetriedRequest()));
    }

    private Frame poll(Frame request, Pop pop) {
        Frame answer = attempt(pop);
        if (answer != null) {
            return answer;
        }
        long now = protocol.shard.turn().now();
        long sent = request.number("bornTime", 0);
        long born = sent == 0 ? now : sent; // RocketMQ's proxy sends 0 and leaves the time to the broker
        long left = Math.min(POLL_MS_MAX, born + request.number("pollTime", 0) - now);
        if (left <= 0 && !pop.retry.isReading()) {
            return late(pop);
        }
        if (pop.session.pops.size() >= SESSION_WAITERS_MAX
                || pop.partitions.size() > 1 && lines + pop.partitions.size() > LINES_MAX
                || !waits.take(pop.holder)) {
            return pop.lends
                    ? pop.request.refuse(ResponseCode.POLLING_FULL, "too many requests wait for messages; try again")
                    : pop.request.ok(Map.of("hasMsg", "false", "pollingFull", "true"));
        }
        new PopWaiter(this, pop).begin(protocol.timers, left);
        return null;
    }

    /** Returns the answer to a request whose time is over. */
    Frame late(Pop pop) {
        return pop.lends
                ? pop.request.refuse(ResponseCode.POLLING_TIMEOUT, "there is no message")
                : pop.request.ok(Map.of("hasMsg", "false", "pollingFull", "false"));
    }

    /** Returns the answer, or null where there are no messages now. */
    Frame attempt(Pop pop) {
        return pop.lends ? lend(pop) : look(pop);
    }

    private Frame look(Pop pop) {
        Leases leases = protocol.shard.turn().leases();
        boolean has = pop.partitions.stream().anyMatch(p -> leases.hasSome(pop.group, p, pop.ordered));
        return has ? pop.request.ok(Map.of("hasMsg", "true", "pollingFull", "false")) : null;
    }

    private Frame lend(Pop pop) {
        Broker turn = protocol.shard.turn();
        long receipt = turn.now();
        PopAnswer answer = new PopAnswer(receipt, pop.leaseMs, pop.ordered);
        int count = pop.partitions.size();
        int from = Math.floorMod(this.turn++, count);
        boolean highestFirst = hasPriority(pop);
        for (int i = 0; i < count && answer.count() < pop.countMax && answer.bytes() < BYTES_MAX; i++) {
            Partition partition = pop.partitions.get(highestFirst ? count - 1 - i : (from + i) % count);
            long begin = pop.fromEnd && !isYoung(turn, partition) ? turn.end(partition) : turn.begin(partition);
            Leases.Request request = new Leases.Request(
                    pop.group, partition, pop.countMax - answer.count(), BYTES_MAX - answer.bytes(), pop.leaseMs, receipt,
                    pop.ordered,
                    pop.ordered && attempts.isLast(pop.group, partition, pop.attempt), pop.filter,
                    (group, of, offset, deliveries) -> bury(pop.session, group, of, offset, deliveries));
            if (!turn.leases().begin(pop.group, partition, begin) || !turn.leases().lend(request, lent)) {
                break; // the disk is full: nothing can be lent
            }
            pop.retry.soon(answer.count() == 0 && (lent.hasMovedOn() || i > 0 && pop.retry.isSoon()));
            if (lent.missing() != null && answer.count() == 0) {
                if (!pop.retry.isReading()) {
                    protocol.old.read(lent.missing(), pop.retry);
                }
                break;
            }
            if (lent.count() > 0) {
                answer.add(partition.number(), lent);
                if (pop.ordered) {
                    attempts.answered(pop.group, partition, pop.attempt);
                }
                protocol.statistics.answered(pop.group, partition.topic(), lent.messages());
            }
        }
        if (answer.count() == 0) {
            return null;
        }
        return answer.frame(pop.request, pop.partitions.stream().mapToLong(p -> turn.leases().waiting(pop.group, p)).sum());
    }

    /**
     * Returns whether queues are read by their priority and not in turn: the group's priority.factor is the percentage of
     * requests for which they are.
     */
    private boolean hasPriority(Pop pop) {
        boolean applies = !pop.ordered
                && PRIORITY.equals(pop.partitions.getFirst().topic().settings().attributes().get("message.type"));
        if (!applies) {
            return false;
        }
        String factor = pop.group.settings().attributes().getOrDefault("priority.factor", "100");
        try {
            return Math.floorMod(turn, 100) < Integer.parseInt(factor);
        } catch (NumberFormatException e) {
            return true;
        }
    }

    /**
     * Returns whether a queue is young. A new group reads a young queue from its start, whatever it asks for: otherwise it
     * would lose messages that came just before the group.
     */
    private static boolean isYoung(Broker turn, Partition partition) {
        return turn.begin(partition) == 0 && turn.isRecent(partition, 0);
    }

    private boolean bury(RemotingSession session, Subscription group, Partition from, long offset, int deliveries) {
        Topic dead = destinations.deadLetterTopic(group);
        DeadLetter letter = dead == null ? null : DeadLetter.of(broker, session.storeHost, from, offset, deliveries, dead);
        return letter != null && broker.leases().bury(group, from, offset, dead.partition(0), letter.message());
    }

    LeaseWaiters lines() {
        return takers;
    }

    /** Notes that a request begins to wait; its place is already taken from the quota. */
    void begins(Pop pop) {
        lines += pop.partitions.size();
        waiting.merge(Polled.of(pop), 1, Integer::sum);
    }

    /** Notes that a request no longer waits, and returns its place to the quota. */
    void ends(Pop pop) {
        waits.give(pop.holder);
        lines -= pop.partitions.size();
        waiting.computeIfPresent(Polled.of(pop), (key, count) -> count == 1 ? null : count - 1);
    }
}
