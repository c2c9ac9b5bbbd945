package io.posthorse.clustertest.load.v5;

import io.posthorse.clustertest.history.Body;
import io.posthorse.clustertest.history.Event;
import io.posthorse.clustertest.history.Place;
import io.posthorse.clustertest.history.Way;
import io.posthorse.clustertest.load.Recorder;
import io.posthorse.clustertest.load.Topics;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.consumer.AckCallback;
import org.apache.rocketmq.client.consumer.AckResult;
import org.apache.rocketmq.client.consumer.AckStatus;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PopCallback;
import org.apache.rocketmq.client.consumer.PopResult;
import org.apache.rocketmq.client.consumer.PopStatus;
import org.apache.rocketmq.client.impl.factory.MQClientInstance;
import org.apache.rocketmq.common.constant.ConsumeInitMode;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.header.AckMessageRequestHeader;
import org.apache.rocketmq.remoting.protocol.header.ExtraInfoUtil;
import org.apache.rocketmq.remoting.protocol.header.PopMessageRequestHeader;

/**
 * Pops messages with leases of some seconds, and settles each; the push consumer does the same, but does not tell its
 * outcome.
 */
@SuppressWarnings("deprecation")
final class Pops {
    private static final long LEASE_MS = 8_000;
    private static final long TIMEOUT_MS = 5_000;

    private final Recorder recorder;
    private final String group;
    private final List<MessageQueue> queues;
    private final MQClientInstance client;

    private Pops(String nameServer, Topics topics, List<MessageQueue> queues, Recorder recorder) throws Exception {
        this.recorder = recorder;
        this.queues = queues;
        group = topics.name("poppers");
        DefaultMQPullConsumer owner = new DefaultMQPullConsumer(group);
        owner.setNamesrvAddr(nameServer);
        owner.setInstanceName(group);
        owner.setPollNameServerInterval(2_000);
        owner.setHeartbeatBrokerInterval(3_000);
        owner.start();
        owner.fetchSubscribeMessageQueues(queues.get(0).getTopic());
        client = owner.getDefaultMQPullConsumerImpl().getRebalanceImpl().getmQClientFactory();
        start(0);
        start(1);
    }

    static Map<String, List<String>> start(String nameServer, Topics topics, List<MessageQueue> plain, Recorder recorder)
            throws Exception {
        Pops pops = new Pops(nameServer, topics, plain, recorder);
        return Map.of(pops.group, List.of(plain.get(0).getTopic()));
    }

    /** Starts one of two consumers, which share all queues. */
    private void start(int consumer) {
        Thread lane = new Thread(() -> {
            for (int n = 0;; n++) {
                try {
                    pop(queues.get((n + consumer) % queues.size()), group + "-" + consumer);
                } catch (Exception e) {
                    System.out.println("pop: " + e + " at " + e.getStackTrace()[0] + " and " + e.getStackTrace()[1]);
                }
                try {
                    TimeUnit.MILLISECONDS.sleep(25);
                } catch (InterruptedException e) {
                    return;
                }
            }
        }, "pop-" + consumer);
        lane.setDaemon(true);
        lane.start();
    }

    private String address(MessageQueue queue) {
        String address = client.findBrokerAddressInPublish(queue.getBrokerName());
        if (address == null) {
            client.updateTopicRouteInfoFromNameServer(queue.getTopic());
            throw new IllegalStateException("no broker is known");
        }
        return address;
    }

    private void pop(MessageQueue queue, String consumer) throws Exception {
        PopMessageRequestHeader header = new PopMessageRequestHeader();
        header.setConsumerGroup(group);
        header.setTopic(queue.getTopic());
        header.setQueueId(queue.getQueueId());
        header.setMaxMsgNums(16);
        header.setInvisibleTime(LEASE_MS);
        header.setPollTime(0);
        header.setBornTime(System.currentTimeMillis());
        header.setInitMode(ConsumeInitMode.MIN);
        header.setExpType("TAG");
        header.setExp("*");
        CompletableFuture<PopResult> answer = new CompletableFuture<>();
        client.getMQClientAPIImpl().popMessageAsync(queue.getBrokerName(), address(queue), header, TIMEOUT_MS,
                new PopCallback() {
            @Override
            public void onSuccess(PopResult result) {
                answer.complete(result);
            }

            @Override
            public void onException(Throwable e) {
                answer.completeExceptionally(e);
            }
        });
        PopResult result = answer.get(2 * TIMEOUT_MS, TimeUnit.MILLISECONDS);
        if (result.getPopStatus() == PopStatus.FOUND) {
            for (MessageExt message : result.getMsgFoundList()) {
                Event.Delivered delivered = new Event.Delivered(Recorder.now(), consumer, group, Way.POP,
                        Body.id(message.getBody()), new Place(queue.getTopic(), message.getQueueId()),
                        message.getQueueOffset(), Body.checksum(message.getBody()), message.getReconsumeTimes());
                recorder.add(delivered);
                if (Math.floorMod(delivered.id().hashCode(), 200) != 0 || message.getReconsumeTimes() > 0) {
                    settle(message, delivered);
                }
            }
        }
    }

    private void settle(MessageExt message, Event.Delivered delivered) throws Exception {
        String handle = message.getProperty(MessageConst.PROPERTY_POP_CK);
        String[] parts = ExtraInfoUtil.split(handle);
        AckMessageRequestHeader header = new AckMessageRequestHeader();
        header.setTopic(ExtraInfoUtil.getRealTopic(parts, delivered.place().topic(), group));
        header.setQueueId(ExtraInfoUtil.getQueueId(parts));
        header.setOffset(ExtraInfoUtil.getQueueOffset(parts));
        header.setConsumerGroup(group);
        header.setExtraInfo(handle);
        String address = client.findBrokerAddressInPublish(ExtraInfoUtil.getBrokerName(parts));
        if (address == null) {
            return;
        }
        client.getMQClientAPIImpl().ackMessageAsync(address, TIMEOUT_MS, new AckCallback() {
            @Override
            public void onSuccess(AckResult result) {
                if (result.getStatus() == AckStatus.OK) {
                    recorder.add(new Event.Settled(Recorder.now(), group, delivered.id(), delivered.place(),
                            delivered.offset()));
                }
            }

            @Override
            public void onException(Throwable e) {
                System.out.println("ack: " + e);
            }
        }, header);
    }
}
