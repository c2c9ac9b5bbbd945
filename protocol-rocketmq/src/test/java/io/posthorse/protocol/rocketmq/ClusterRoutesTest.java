package io.posthorse.protocol.rocketmq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.posthorse.format.rocketmq.AnnouncedPort;
import io.posthorse.format.rocketmq.TopicOnBroker;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Reading the routes that name servers answer. */
class ClusterRoutesTest {
    private static List<TopicOnBroker> read(String flag) {
        String route = "{\"brokerDatas\":[{\"brokerAddrs\":{0:\"10.0.0.1:10911\",1:\"10.0.0.2:10911\"},\"brokerName\":\"a\","
                + "\"cluster\":\"C\"}],\"filterServerTable\":{},\"queueDatas\":[{\"brokerName\":\"a\",\"perm\":7,"
                + "\"readQueueNums\":1," + flag + "\"writeQueueNums\":2}]}";
        return ClusterRoutes.read("a", route.getBytes(StandardCharsets.UTF_8), List.of());
    }

    @Test
    void topicFlagIsReadInBothSpellings() {
        int flag = 8081 << 8;
        for (String name : List.of("topicSysFlag", "topicSynFlag")) {
            TopicOnBroker offer = read("\"" + name + "\":" + flag + ",").getFirst();
            assertEquals(8081, AnnouncedPort.of(offer), name);
            assertEquals("10.0.0.1:10911", offer.addresses().get(0L));
            assertEquals(2, offer.writeQueues());
        }
        assertEquals(0, AnnouncedPort.of(read("").getFirst()));
        assertEquals(0, AnnouncedPort.of(read("\"topicSysFlag\":3,").getFirst()), "bits that RocketMQ uses");
        assertEquals(0, AnnouncedPort.of(read("\"topicSysFlag\":-1,").getFirst()), "no port");
    }
}
