package io.posthorse.interop.client.v5;

import io.posthorse.interop.client.Check;
import io.posthorse.interop.client.Inbox;
import io.posthorse.interop.client.Scenario;
import io.posthorse.interop.client.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.common.message.MessageRequestMode;

/** Push consumers in POP mode. */
public final class PopScenarios {
    private static final int MESSAGES = 60;

    private PopScenarios() {
    }

    /** Two consumers share all queues; each message is consumed once, and one that fails at first comes again. */
    public static Scenario share() {
        return PopScenarios::run;
    }

    private static void run(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        String group = stage.name("group");
        setPop(stage, topic, group);
        Inbox inbox = new Inbox();
        AtomicInteger failed = new AtomicInteger();
        start(stage, topic, group, inbox, failed);
        start(stage, topic, group, inbox, failed);
        List<String> bodies = new ArrayList<>(stage.send(topic, "text", MESSAGES));
        inbox.expect(bodies, 75, "messages that were popped");
        Check.equal(1, failed.get(), "failures");
        MessageExt again = inbox.received().stream()
                .filter(r -> r.body().equals("text-0007"))
                .findFirst().orElseThrow().message();
        Check.equal(1, again.getReconsumeTimes(), "reconsume times of the one that failed");
        Check.within(30, "the group's offsets are those of what was settled", () -> lag(stage, topic, group) == 0);
        stage.fact("received", inbox.size());
    }

    private static void setPop(Stage stage, String topic, String group) throws Exception {
        MQClientInstance client = stage.producer().getDefaultMQProducerImpl().getMqClientFactory();
        // a client that has not sent yet knows no broker's address, so it asks the name server
        String broker = client.getMQClientAPIImpl().getTopicRouteInfoFromNameServer(topic, 10_000)
                .getBrokerDatas().get(0).selectBrokerAddr();
        client.getMQClientAPIImpl().setMessageRequestMode(broker, topic, group, MessageRequestMode.POP, 0, 10_000);
    }

    private static void start(Stage stage, String topic, String group, Inbox inbox, AtomicInteger failed)
            throws Exception {
        DefaultMQPushConsumer consumer = stage.pushConsumer(group);
        consumer.setClientRebalance(false);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            for (MessageExt message : messages) {
                if (new String(message.getBody()).equals("text-0007") && message.getReconsumeTimes() == 0) {
                    failed.incrementAndGet();
                    return ConsumeConcurrentlyStatus.RECONSUME_LATER;
                }
                inbox.add(message);
            }
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
    }

    private static long lag(Stage stage, String topic, String group) throws Exception {
        MQClientInstance client = stage.producer().getDefaultMQProducerImpl().getMqClientFactory();
        long lag = 0;
        for (MessageQueue queue : stage.producer().fetchPublishMessageQueues(topic)) {
            var header = new org.apache.rocketmq.remoting.protocol.header.QueryConsumerOffsetRequestHeader();
            header.setConsumerGroup(group);
            header.setTopic(topic);
            header.setQueueId(queue.getQueueId());
            long offset = client.getMQClientAPIImpl().queryConsumerOffset(
                    client.findBrokerAddressInPublish(queue.getBrokerName()), header, 10_000);
            lag += stage.producer().maxOffset(queue) - offset;
        }
        return lag;
    }
}
