package io.posthorse.benchmarks.features;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.rocketmq.client.consumer.PullCallback;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.impl.CommunicationMode;
import org.apache.rocketmq.client.impl.MQClientAPIImpl;
import org.apache.rocketmq.client.impl.consumer.PullResultExt;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.sysflag.PullSysFlag;
import org.apache.rocketmq.remoting.protocol.header.PullMessageRequestHeader;

/**
 * A thousand groups that each read all of one topic. They pull with the client library, and each pull has the subscription.
 * A thousand push consumers in one process would need 11,000 threads, and the client's CPU would be the limit.
 */
final class Groups {
    private static final int GROUPS = 1_000;
    private static final int ROUNDS = 4;
    private static final int BATCH = 32;
    private static final int HELD_MS = 15_000;
    private static final int PATIENCE_MS = 40_000;
    private static final String TOPIC = "FeatureGroups";

    private final MQClientAPIImpl api;
    private final String broker;
    private final AtomicLong arrived = new AtomicLong();
    private volatile boolean over;

    private Groups(MQClientAPIImpl api, String broker) {
        this.api = api;
        this.broker = broker;
    }

    @SuppressWarnings("deprecation") // the client offers no other access to its remoting requests
    static void run(Setting setting) throws Exception {
        DefaultMQProducer producer = setting.producer("groups-producer");
        producer.createTopic("TBW102", TOPIC, 1, null);
        Setting.send(producer, 100, n -> Setting.message(TOPIC, "t"));
        MQClientAPIImpl api = producer.getDefaultMQProducerImpl().getMqClientFactory().getMQClientAPIImpl();
        String broker = api.getTopicRouteInfoFromNameServer(TOPIC, 3_000).getBrokerDatas().get(0).selectBrokerAddr();
        Groups groups = new Groups(api, broker);
        List<Reader> readers = new ArrayList<>();
        for (int i = 0; i < GROUPS; i++) {
            readers.add(groups.new Reader("group-" + i));
        }
        for (Reader reader : readers) {
            reader.pull();
        }
        groups.await(GROUPS * 100L);
        int count = setting.count() / GROUPS;
        for (int round = 0; round < ROUNDS; round++) { // the first rounds warm up the compilers
            groups.arrived.set(0);
            setting.server().mark();
            long begin = System.nanoTime();
            Setting.send(producer, count, n -> Setting.message(TOPIC, "t"));
            groups.await((long) GROUPS * count);
            long got = groups.arrived.get();
            Setting.print("1,000 groups, round " + round, "%d of %d deliveries, %.0f/s, %.3f us of server CPU each", got,
                    (long) GROUPS * count, got / ((System.nanoTime() - begin) / 1e9),
                    setting.server().cpuSeconds() / Math.max(1, got) * 1e6);
        }
        groups.over = true;
        producer.shutdown();
    }

    private void await(long wanted) throws InterruptedException {
        for (long quiet = 0, before = 0; arrived.get() < wanted && quiet < 600; before = arrived.get()) {
            Thread.sleep(10);
            quiet = arrived.get() == before ? quiet + 1 : 0;
        }
    }

    /** A group that sends the next pull as soon as one is answered. */
    private final class Reader implements PullCallback {
        private final PullMessageRequestHeader request = new PullMessageRequestHeader();

        Reader(String group) {
            request.setConsumerGroup(group);
            request.setTopic(TOPIC);
            request.setQueueId(0);
            request.setQueueOffset(0L);
            request.setMaxMsgNums(BATCH);
            request.setSysFlag(PullSysFlag.buildSysFlag(false, true, true, false));
            request.setCommitOffset(0L);
            request.setSuspendTimeoutMillis((long) HELD_MS);
            request.setSubscription("*");
            request.setSubVersion(1L);
            request.setExpressionType("TAG");
        }

        void pull() {
            try {
                api.pullMessage(broker, request, PATIENCE_MS, CommunicationMode.ASYNC, this);
            } catch (Exception e) {
                onException(e);
            }
        }

        @Override
        public void onSuccess(PullResult result) {
            byte[] messages = ((PullResultExt) result).getMessageBinary();
            if (messages != null) {
                ByteBuffer bytes = ByteBuffer.wrap(messages);
                for (int at = 0; at < messages.length; at += bytes.getInt(at)) {
                    arrived.incrementAndGet();
                }
            }
            request.setQueueOffset(result.getNextBeginOffset());
            if (!over) {
                pull();
            }
        }

        @Override
        public void onException(Throwable cause) {
            if (!over) {
                System.out.println(request.getConsumerGroup() + ": " + cause);
            }
        }
    }
}
