package io.posthorse.benchmarks.features;

import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.MessageSelector;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageRequestMode;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** Consumes a backlog, either with a filter that one message in a hundred passes, or by POP. */
final class Consuming {
    private static final int MATCH_ONE_OF = 100;

    private Consuming() {}

    static void tags(Setting setting) throws Exception {
        filtered(setting, "tag filter", "FeatureTags", MessageSelector.byTag("wanted"));
    }

    static void sql(Setting setting) throws Exception {
        String expression = "number between 10 and 19 and TAGS is not null";
        filtered(setting, "SQL filter", "FeatureSql", MessageSelector.bySql(expression));
    }

    private static void filtered(Setting setting, String scenario, String topic, MessageSelector selector)
            throws Exception {
        fill(setting, topic);
        int wanted = setting.count() / MATCH_ONE_OF;
        for (int round = 0; round < 3; round++) { // the first rounds warm up the compilers
            AtomicInteger arrived = new AtomicInteger();
            DefaultMQPushConsumer consumer = consumer(setting, "filter-" + topic + "-" + round, arrived);
            consumer.subscribe(topic, selector);
            measure(setting, scenario + ", round " + round, consumer, arrived, wanted, setting.count());
        }
    }

    static void pop(Setting setting) throws Exception {
        String topic = "FeaturePop";
        fill(setting, topic);
        DefaultMQAdminExt admin = new DefaultMQAdminExt();
        admin.setNamesrvAddr(setting.namesrv());
        admin.start();
        String broker = admin.examineTopicRouteInfo(topic).getBrokerDatas().get(0).selectBrokerAddr();
        for (int round = 0; round < 3; round++) {
            String group = "pop-" + round;
            admin.setMessageRequestMode(broker, topic, group, MessageRequestMode.POP, 8, 5_000);
            AtomicInteger arrived = new AtomicInteger();
            DefaultMQPushConsumer consumer = consumer(setting, group, arrived);
            consumer.subscribe(topic, "*");
            consumer.setClientRebalance(false);
            measure(setting, "POP, round " + round, consumer, arrived, setting.count(), setting.count());
        }
        admin.shutdown();
    }

    private static void fill(Setting setting, String topic) throws Exception {
        DefaultMQProducer producer = setting.producer("fill-" + topic);
        Setting.send(producer, setting.count(), n -> {
            Message message = Setting.message(topic, n % MATCH_ONE_OF == 0 ? "wanted" : "other" + n % 7);
            message.putUserProperty("number", Integer.toString(n % MATCH_ONE_OF == 0 ? 10 + n % 10 : 20 + n % 1_000));
            return message;
        });
        producer.shutdown();
    }

    private static DefaultMQPushConsumer consumer(Setting setting, String group, AtomicInteger arrived) {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(setting.namesrv());
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setConsumeMessageBatchMaxSize(32);
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            arrived.addAndGet(messages.size());
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        return consumer;
    }

    private static void measure(
            Setting setting, String scenario, DefaultMQPushConsumer consumer, AtomicInteger arrived, int wanted,
            int examined) throws Exception {
        setting.server().mark();
        long begin = System.nanoTime();
        consumer.start();
        await(arrived, wanted);
        Setting.print(scenario, "%d of %d arrived, %.0f looked at a second, %.3f us of server CPU for each of them",
                arrived.get(), wanted, examined / ((System.nanoTime() - begin) / 1e9),
                setting.server().cpuSeconds() / examined * 1e6);
        consumer.shutdown();
    }

    private static void await(AtomicInteger arrived, int wanted) throws InterruptedException {
        for (int quiet = 0, before = 0; arrived.get() < wanted && quiet < 600; before = arrived.get()) {
            Thread.sleep(50);
            quiet = arrived.get() == before ? quiet + 1 : 0;
        }
    }
}
