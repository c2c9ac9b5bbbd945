package io.posthorse.protocol.rocketmq;

import io.posthorse.codec.rocketmq.JsonWriter;
import io.posthorse.format.rocketmq.OnlineClients;
import java.util.List;

/** The running information (307) of a consumer that cannot be asked for it: its client and its subscriptions. */
final class RunningInfo {
    private static final int FIRST_OF_5 = 413;
    private static final List<String> TABLES = List.of("mqPodTable", "mqTable", "statusTable", "userConsumerInfo");

    private RunningInfo() {}

    /** @param sinceMs when it connected, ms since 1970 */
    static byte[] of(OnlineClients.Member member, long sinceMs) {
        JsonWriter out = new JsonWriter().beginObject();
        TABLES.forEach(table -> out.name(table).beginObject().endObject());
        out.name("properties").beginObject().name("PROP_CLIENT_VERSION").value(version(member.client().version()));
        out.name("PROP_CONSUMEORDERLY").value("false").name("PROP_CONSUMER_START_TIMESTAMP").value(Long.toString(sinceMs));
        out.name("PROP_CONSUME_TYPE").value(member.reading().type()).endObject();
        out.name("subscriptionSet").beginArray();
        member.reading().interests().values().forEach(interest -> ConsumerGroups.Interest.write(out, interest));
        return out.endArray().endObject().bytes();
    }

    private static String version(int number) {
        int release = Math.max(0, number - FIRST_OF_5) / 2;
        return "V5_" + release / 10 + "_" + release % 10;
    }
}
