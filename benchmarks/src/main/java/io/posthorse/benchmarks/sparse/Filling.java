package io.posthorse.benchmarks.sparse;

import io.posthorse.broker.Admission;
import io.posthorse.broker.AtomicGroup;
import io.posthorse.broker.Broker;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.SubscriptionSettings;
import io.posthorse.broker.Topic;
import io.posthorse.broker.TopicSettings;
import java.io.IOException;

/** Fills a log with messages that nobody needs, and, evenly among them, messages that are still needed. */
final class Filling {
    private static final int ENVELOPE = 64;
    private static final int TURN_BYTES = 8 << 20;
    private static final long YEAR_MS = 365L * 86_400_000;
    private static final int QUEUES = 4;
    private static final int GIB = 30;

    private final RunningBroker broker;
    private final Choices choices;
    private final Kind kind;
    private final ZeroMessage plain;
    private final ZeroMessage waiting;
    private long number;
    private long written;
    private long live;
    private boolean refused;

    /** The kinds of messages that are still needed. */
    enum Kind {
        /** A single message of a queue. */
        LETTER,
        /** All messages of a queue without consumers. */
        STUCK,
        /** Messages of undecided transactions. */
        PREPARED,
        /** Prepared groups of one message each. */
        GROUPS,
        /** Messages that are due in a year. */
        TIMERS,
        /** No messages. */
        START
    }

    Filling(RunningBroker broker, Choices choices, Kind kind) {
        this.broker = broker;
        this.choices = choices;
        this.kind = kind;
        this.plain = new ZeroMessage("plain", choices.body());
        this.waiting = new ZeroMessage("waiting", choices.body());
    }

    /** Creates missing topics, and the subscription that settles nothing. */
    Filling begin() throws IOException {
        broker.turn(open -> {
            open.createOrUpdate("plain", TopicSettings.of(QUEUES));
            Topic queue = open.createOrUpdate("waiting", TopicSettings.of(1));
            if (kind == Kind.LETTER || kind == Kind.STUCK) {
                Subscription own = open.createOrUpdate("own", SubscriptionSettings.settled(null));
                open.settlements().begin(own, queue.partition(0), 0);
            }
            return null;
        });
        return this;
    }

    /** Continues the counts of earlier runs. */
    Filling countFrom(long numberSoFar, long liveSoFar) {
        number = numberSoFar;
        live = liveSoFar;
        return this;
    }

    /** Writes a number of bytes. */
    void write(long bytes) throws IOException, InterruptedException {
        long end = written + bytes;
        long told = written >> GIB;
        long liveBefore = live;
        long from = written;
        while (written < end) {
            broker.turn(open -> {
                for (long turnEnd = Math.min(end, written + TURN_BYTES); written < turnEnd; ) {
                    boolean isLetter = kind == Kind.LETTER && live == 0;
                    boolean isDue = (live - liveBefore) * 100 < (written - from) * choices.share();
                    one(open, isLetter || kind != Kind.LETTER && kind != Kind.START && isDue && !refused);
                }
                return null;
            });
            broker.awaitAnswer();
            if (written >> GIB > told + 9) {
                told = written >> GIB;
                System.out.println("  " + told + " GiB written");
            }
        }
    }

    private void one(Broker open, boolean isWaitedFor) throws IOException {
        number++;
        ZeroMessage message = isWaitedFor ? waiting.number(number) : plain.number(number);
        int length = message.length() + ENVELOPE + 7 & ~7;
        if (open.admit(message.length(), 1) != Admission.ADMITTED) {
            throw new IOException("the disk is full");
        }
        written += length;
        if (!isWaitedFor) {
            open.publish(open.topic("plain").partition((int) (number % QUEUES)), message, false);
            return;
        }
        live += length;
        Topic queue = open.topic("waiting");
        switch (kind) {
            case PREPARED -> open.transactions().prepare(queue.partition(0), message, open.wallNow() + YEAR_MS);
            case TIMERS -> open.delayed().publishAt(queue.partition(0), message, open.wallNow() + YEAR_MS);
            case GROUPS -> {
                AtomicGroup group = open.group();
                group.publish(queue.partition(0), message);
                refused = open.preparedGroups().prepare("group" + number, group) != Admission.ADMITTED;
                live -= refused ? length : 0;
            }
            default -> open.publish(queue.partition(0), message, false);
        }
    }

    /** Returns the bytes of records that are still needed. */
    long live() {
        return live;
    }

    long number() {
        return number;
    }
}
