package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.FetchResult;
import io.posthorse.broker.Partition;
import io.posthorse.broker.Subscription;
import io.posthorse.broker.Topic;
import io.posthorse.platform.Clock;
import io.posthorse.platform.Timers;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

/**
 * Counts of the messages that came in and went out since the start. Incoming messages are not counted one by one: they are
 * differences of a partition's next offset. Outgoing messages cost one addition for each pull answer. A timer takes samples
 * every 10 s for rates and the sums of the last minute, hour and day.
 */
final class Statistics {
    private static final long TICK_MS = RecentGrowth.TICK_SECONDS * 1_000L;
    /** Maximum pairs of group and topic with counts of their own; others count only in the broker's totals. */
    private static final int PAIRS_MAX = 100_000;

    /** The messages that came into a topic. */
    static final class TopicCount {
        final Topic topic;
        final RecentGrowth window;
        private final long base;

        private TopicCount(Topic topic, long base, long tick) {
            this.topic = topic;
            this.base = base;
            this.window = new RecentGrowth(0, tick);
        }
    }

    /** The messages of a topic that went to a group. */
    static final class GroupCount {
        final RecentGrowth window;
        long messages;
        long answers;

        private GroupCount(long tick) {
            window = new RecentGrowth(0, tick);
        }
    }

    private final Broker broker;
    private final Clock clock;
    private final Timers timers;
    private final Map<String, TopicCount> topics = new HashMap<>();
    private final Map<Subscription, Map<Topic, GroupCount>> groups = new IdentityHashMap<>();
    private int pairs;
    /** Messages that came into topics that are now deleted. */
    private long deletedPuts;

    private long found;
    private long missed;
    private long delivered;
    private long tick;
    private long tickNanos;
    private boolean started;

    final long startMs;
    /** End of the log at the start. */
    final long startPosition;

    final Rates putRates = new Rates();
    final Rates foundRates = new Rates();
    final Rates missRates = new Rates();
    final Rates pullRates = new Rates();
    final Rates deliveredRates = new Rates();
    final RecentGrowth allPuts = new RecentGrowth(0, 0);
    final RecentGrowth allDelivered = new RecentGrowth(0, 0);

    private LocalDate today;
    private long putsTodayMorning;
    private long putsYesterdayMorning;
    private long deliveredTodayMorning;
    private long deliveredYesterdayMorning;

    Statistics(Broker broker, Clock clock, Timers timers) {
        this.broker = broker;
        this.clock = clock;
        this.timers = timers;
        this.startMs = clock.wallMs();
        this.startPosition = broker.tail();
    }

    void start() {
        tickNanos = clock.nanos();
        today = day();
        broker.topics().forEach(this::count);
        started = true;
        timers.after(TICK_MS, this::tick);
    }

    private LocalDate day() {
        return Instant.ofEpochMilli(clock.wallMs()).atZone(ZoneId.systemDefault()).toLocalDate();
    }

    /** Counts an answer to a pull of a group. */
    void answered(Subscription group, Topic topic, FetchResult fetch) {
        if (fetch.count() == 0) {
            missed++;
            return;
        }
        found++;
        delivered += fetch.count();
        GroupCount count = pair(group, topic);
        if (count != null) {
            count.messages += fetch.count();
            count.answers++;
        }
    }

    private GroupCount pair(Subscription group, Topic topic) {
        Map<Topic, GroupCount> ofGroup = groups.get(group);
        GroupCount count = ofGroup == null ? null : ofGroup.get(topic);
        if (count != null || pairs >= PAIRS_MAX) {
            return count;
        }
        pairs++;
        count = new GroupCount(tick);
        groups.computeIfAbsent(group, g -> new IdentityHashMap<>()).put(topic, count);
        return count;
    }

    private void tick() {
        tick++;
        tickNanos = clock.nanos();
        topics.values().removeIf(this::isGone);
        for (Topic topic : broker.topics()) {
            TopicCount count = count(topic);
            count.window.sample(tick, puts(count));
        }
        groups.entrySet().removeIf(e -> {
            boolean gone = broker.subscription(e.getKey().name()) != e.getKey();
            e.getValue().entrySet().removeIf(c -> isGone(c.getKey(), c.getValue(), gone));
            return gone || e.getValue().isEmpty();
        });
        long puts = puts();
        putRates.sample(tick, puts);
        allPuts.sample(tick, puts);
        allDelivered.sample(tick, delivered);
        foundRates.sample(tick, found);
        missRates.sample(tick, missed);
        pullRates.sample(tick, found + missed);
        deliveredRates.sample(tick, delivered);
        turnDay();
        timers.after(TICK_MS, this::tick);
    }

    private boolean isGone(TopicCount count) {
        boolean gone = count.topic.isDeleted();
        if (gone) {
            deletedPuts += puts(count);
        }
        return gone;
    }

    private boolean isGone(Topic topic, GroupCount count, boolean groupGone) {
        count.window.sample(tick, count.messages);
        boolean gone = groupGone || topic.isDeleted() || count.window.isIdle(count.messages);
        pairs -= gone ? 1 : 0;
        return gone;
    }

    private void turnDay() {
        LocalDate now = day();
        if (!now.equals(today)) {
            today = now;
            putsYesterdayMorning = putsTodayMorning;
            deliveredYesterdayMorning = deliveredTodayMorning;
            putsTodayMorning = puts();
            deliveredTodayMorning = delivered;
        }
    }

    /** Returns the count of a topic; for a topic created since the start it begins with the first message. */
    TopicCount count(Topic topic) {
        TopicCount count = topics.get(topic.name());
        if (count != null && count.topic == topic) {
            return count;
        }
        if (count != null) {
            deletedPuts += puts(count);
        }
        count = new TopicCount(topic, started ? 0 : ends(topic), tick);
        topics.put(topic.name(), count);
        return count;
    }

    private long ends(Topic topic) {
        long sum = 0;
        for (Partition partition : topic.partitions()) {
            sum += broker.lastOffset(partition) + 1;
        }
        return sum;
    }

    /** Returns the messages that came into a topic. */
    long puts(TopicCount count) {
        return ends(count.topic) - count.base;
    }

    /** Returns the messages that came in, in total. */
    long puts() {
        broker.topics().forEach(this::count); // includes topics created since the last tick
        long sum = deletedPuts;
        for (TopicCount count : topics.values()) {
            sum += puts(count);
        }
        return sum;
    }

    /** Returns the count of a topic's messages that went to a group; null where there were none. */
    GroupCount count(String group, String topic) {
        Map<Topic, GroupCount> ofGroup = groups.get(broker.subscription(group));
        return ofGroup == null ? null : ofGroup.get(broker.topic(topic));
    }

    double putsPerSecond(Topic topic) {
        TopicCount count = count(topic);
        return count.window.minute(tick, sinceTick(), puts(count)).perSecond();
    }

    double deliveredPerSecond(Subscription group, Topic topic) {
        GroupCount count = count(group.name(), topic.name());
        return count == null ? 0 : count.window.minute(tick, sinceTick(), count.messages).perSecond();
    }

    long ticks() {
        return tick;
    }

    /** Returns the seconds since the last tick. */
    double sinceTick() {
        return (clock.nanos() - tickNanos) / 1e9;
    }

    long found() {
        return found;
    }

    long missed() {
        return missed;
    }

    /** Returns the messages that went out, in total. */
    long delivered() {
        return delivered;
    }

    long putsTodayMorning() {
        return putsTodayMorning;
    }

    long putsYesterdayMorning() {
        return putsYesterdayMorning;
    }

    long deliveredTodayMorning() {
        return deliveredTodayMorning;
    }

    long deliveredYesterdayMorning() {
        return deliveredYesterdayMorning;
    }

    long nowMs() {
        return clock.wallMs();
    }
}
