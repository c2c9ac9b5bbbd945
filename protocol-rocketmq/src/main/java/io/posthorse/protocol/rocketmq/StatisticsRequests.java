package io.posthorse.protocol.rocketmq;

import io.posthorse.broker.Broker;
import io.posthorse.broker.DamageFigures;
import io.posthorse.broker.Inspection;
import io.posthorse.broker.LogFigures;
import io.posthorse.broker.Topic;
import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.codec.rocketmq.Peer;
import io.posthorse.codec.rocketmq.RequestCode;
import io.posthorse.codec.rocketmq.RequestHandler;
import io.posthorse.codec.rocketmq.ResponseCode;
import io.posthorse.format.rocketmq.RocketmqSettings;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Shows numbers about the whole broker (28), and about one topic or group (315). */
final class StatisticsRequests implements RequestHandler {
    private static final List<String> QUEUES = List.of("send", "pull", "litePull", "query", "ack");
    private static final List<String> SPANS_OF_A_WRITE = List.of(
            "<=0ms", "0~10ms", "10~50ms", "50~100ms", "100~200ms", "200~500ms", "500ms~1s", "1~2s", "2~3s", "3~4s", "4~5s",
            "5~10s", "10s~");
    private static final String VERSION = "V5_5_0";

    private final Broker broker;
    private final Inspection inspection;
    private final Statistics statistics;
    private final Operations operations;
    private final RocketmqSettings settings;

    StatisticsRequests(Broker broker, Statistics statistics, Operations operations, RocketmqSettings settings) {
        this.broker = broker;
        this.inspection = new Inspection(broker);
        this.statistics = statistics;
        this.operations = operations;
        this.settings = settings;
    }

    @Override
    public boolean accepts(int code) {
        return code == RequestCode.GET_BROKER_RUNTIME_INFO || code == RequestCode.VIEW_BROKER_STATS_DATA;
    }

    @Override
    public Frame handle(Peer peer, Frame request) {
        return request.code() == RequestCode.GET_BROKER_RUNTIME_INFO ? runtime(request) : view(request);
    }

    private Frame runtime(Frame request) {
        Map<String, String> table = new TreeMap<>();
        traffic(table);
        log(table);
        damage(table);
        schedule(table);
        constants(table);
        JsonWriter out = new JsonWriter().beginObject().name("table").beginObject();
        table.forEach((key, value) -> out.name(key).value(value));
        return request.ok(out.endObject().endObject().bytes());
    }

    private void traffic(Map<String, String> table) {
        long tick = statistics.ticks();
        double since = statistics.sinceTick();
        long puts = statistics.puts();
        long found = statistics.found();
        long missed = statistics.missed();
        table.put("putTps", statistics.putRates.text(tick, since, puts));
        table.put("getFoundTps", statistics.foundRates.text(tick, since, found));
        table.put("getMissTps", statistics.missRates.text(tick, since, missed));
        table.put("getTotalTps", statistics.pullRates.text(tick, since, found + missed));
        String delivered = statistics.deliveredRates.text(tick, since, statistics.delivered());
        table.put("getTransferredTps", delivered);
        table.put("getTransferedTps", delivered); // the spelling of brokers before 5.0, which their tools read
        table.put("msgPutTotalTodayNow", text(puts));
        table.put("msgPutTotalTodayMorning", text(statistics.putsTodayMorning()));
        table.put("msgPutTotalYesterdayMorning", text(statistics.putsYesterdayMorning()));
        table.put("msgGetTotalTodayNow", text(statistics.delivered()));
        table.put("msgGetTotalTodayMorning", text(statistics.deliveredTodayMorning()));
        table.put("msgGetTotalYesterdayMorning", text(statistics.deliveredYesterdayMorning()));
        table.put("putMessageTimesTotal", text(puts));
        long seconds = (statistics.nowMs() - statistics.startMs) / 1_000;
        table.put("bootTimestamp", text(statistics.startMs));
        table.put("runtime", "[ %d days, %d hours, %d minutes, %d seconds ]".formatted(
                seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60));
    }

    private void log(Map<String, String> table) {
        LogFigures figures = inspection.figures();
        long puts = statistics.puts();
        long written = figures.end() - statistics.startPosition;
        table.put("commitLogMinOffset", text(figures.begin()));
        table.put("commitLogMaxOffset", text(figures.end()));
        table.put("putMessageSizeTotal", text(written));
        table.put("putMessageAverageSize", Double.toString(puts == 0 ? 0 : (double) written / puts));
        table.put("remainHowManyDataToFlush", bytes(Math.max(0, figures.end() - figures.durable())));
        table.put("earliestMessageTimeStamp", text(figures.oldestMs()));
        String used = Double.toString(Math.round(figures.diskUsed() * 1_000) / 1_000.0);
        table.put("commitLogDiskRatio", used);
        table.put("consumeQueueDiskRatio", used);
        table.put("commitLogDirCapacity", "Total : %s, Free : %s.".formatted(
                bytes(operations.volumeBytes()), bytes(operations.freeBytes())));
        table.put("brokerActive", Boolean.toString(settings.isWritable() || settings.isReadable()));
    }

    /** What only a node of a cluster has, as counted since it began to follow or to lead. */
    private void damage(Map<String, String> table) {
        DamageFigures found = broker.originals().damage();
        if (found != null) {
            table.put("damagedRangesFound", text(found.found()));
            table.put("damagedRangesRepaired", text(found.repaired()));
            table.put("damagedRangesUnrepaired", text(found.unrepaired()));
            table.put("damagedRangesLost", text(found.lost()));
            table.put("scrubbedOffset", text(found.position()));
        }
    }

    private void schedule(Map<String, String> table) {
        table.put("timerCongestNum", text(broker.delayed().size()));
        Topic lanes = broker.topic(RocketmqSettings.INTERNAL_TOPICS.schedule());
        for (int lane = 0; lanes != null && lane < lanes.partitions().size(); lane++) {
            long end = broker.end(lanes.partition(lane));
            if (end > 0) {
                table.put("scheduleMessageOffset_" + (lane + 1), inspection.laneDone(lane) + "," + end);
            }
        }
    }

    /** Adds values for parts of RocketMQ that this broker does not have: always the number that means "nothing waits". */
    private static void constants(Map<String, String> table) {
        for (String queue : QUEUES) {
            table.put(queue + "ThreadPoolQueueSize", "0");
            table.put(queue + "ThreadPoolQueueCapacity", "0");
            table.put(queue + "ThreadPoolQueueHeadWaitTimeMills", "0");
        }
        for (String zero : List.of(
                "EndTransactionQueueSize", "EndTransactionThreadPoolQueueCapacity", "dispatchBehindBytes",
                "dispatchMaxBuffer", "pageCacheLockTimeMills", "putMessageFailedTimes", "putMessageEntireTimeMax",
                "getMessageEntireTimeMax", "remainTransientStoreBufferNumbs", "startAcceptSendRequestTimeStamp",
                "timerReadBehind", "timerOffsetBehind")) {
            table.put(zero, "0");
        }
        for (String zero : List.of("timerEnqueueTps", "timerDequeueTps", "putLatency99", "putLatency999")) {
            table.put(zero, "0.0");
        }
        StringBuilder spans = new StringBuilder();
        SPANS_OF_A_WRITE.forEach(span -> spans.append('[').append(span).append("]:0 "));
        table.put("putMessageDistributeTime", spans.toString());
        table.put("brokerVersionDesc", VERSION);
    }

    private static String text(long number) {
        return Long.toString(number);
    }

    private static String bytes(long count) {
        if (count < 1_024) {
            return count + " B";
        }
        int power = Math.min(6, (63 - Long.numberOfLeadingZeros(count)) / 10);
        return String.format(Locale.ROOT, "%.1f %siB", count / Math.pow(1_024, power), "KMGTPE".charAt(power - 1));
    }

    private Frame view(Frame request) {
        String name = request.require("statsName");
        String key = request.require("statsKey");
        switch (name) {
            case "TOPIC_PUT_NUMS" -> {
                Topic topic = broker.topic(key);
                if (topic != null) {
                    Statistics.TopicCount count = statistics.count(topic);
                    return answer(request, count.window, statistics.puts(count), 1);
                }
            }
            case "GROUP_GET_NUMS" -> {
                int split = key.indexOf('@');
                Statistics.GroupCount count =
                        split < 0 ? null : statistics.count(key.substring(split + 1), key.substring(0, split));
                if (count != null) {
                    return answer(request, count.window, count.messages, (double) count.messages / count.answers);
                }
            }
            case "BROKER_PUT_NUMS" -> {
                if (key.equals(settings.cluster())) {
                    return answer(request, statistics.allPuts, statistics.puts(), 1);
                }
            }
            case "BROKER_GET_NUMS" -> {
                if (key.equals(settings.cluster())) {
                    return answer(request, statistics.allDelivered, statistics.delivered(), 1);
                }
            }
            default -> {
                return request.refuse(ResponseCode.SYSTEM_ERROR, "The stats <" + name + "> <" + key + "> not exist: this"
                        + " broker counts TOPIC_PUT_NUMS, GROUP_GET_NUMS, BROKER_PUT_NUMS and BROKER_GET_NUMS");
            }
        }
        return none(request, name, key);
    }

    private static Frame none(Frame request, String name, String key) {
        return request.refuse(ResponseCode.SYSTEM_ERROR, "The stats <" + name + "> <" + key + "> not exist: nothing was"
                + " counted within a day");
    }

    private Frame answer(Frame request, RecentGrowth window, long total, double perOperation) {
        if (window.isIdle(total)) {
            return none(request, request.field("statsName"), request.field("statsKey"));
        }
        long tick = statistics.ticks();
        double since = statistics.sinceTick();
        JsonWriter out = new JsonWriter().beginObject();
        span(out, "statsDay", window.day(tick, since, total), perOperation);
        span(out, "statsHour", window.hour(tick, since, total), perOperation);
        span(out, "statsMinute", window.minute(tick, since, total), perOperation);
        return request.ok(out.endObject().bytes());
    }

    private static void span(JsonWriter out, String name, RecentGrowth.Span span, double perOperation) {
        out.name(name).beginObject().name("avgpt").value(span.sum() == 0 ? 0.0 : perOperation);
        out.name("sum").value(span.sum()).name("tps").value(span.perSecond()).endObject();
    }
}
