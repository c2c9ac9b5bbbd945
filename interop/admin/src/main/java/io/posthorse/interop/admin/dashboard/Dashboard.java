package io.posthorse.interop.admin.dashboard;

import io.posthorse.interop.admin.Catalog.Step;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.PullResult;
import org.apache.rocketmq.client.consumer.PullStatus;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageClientExt;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.protocol.body.ClusterInfo;
import org.apache.rocketmq.remoting.protocol.body.ConsumerConnection;
import org.apache.rocketmq.remoting.protocol.subscription.SubscriptionGroupConfig;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** The requests of each page of the dashboard, in its order and through the same admin client. */
final class Dashboard {

    private static final String TOPIC = "AdminTopic";
    private static final String GROUP = "AdminConsumers";
    private static final String CLUSTER = "DefaultCluster";

    private final String nameServer;
    private final String broker;
    private DefaultMQAdminExt admin;

    Dashboard(String nameServer, String broker) {
        this.nameServer = nameServer;
        this.broker = broker;
    }

    Map<String, Step> pages() {
        Map<String, Step> pages = new LinkedHashMap<>();
        pages.put("page-open", this::open);
        pages.put("page-trend", this::trend);
        pages.put("page-cluster", this::cluster);
        pages.put("page-topic", this::topic);
        pages.put("page-topic-change", this::changeTopic);
        pages.put("page-consumer", this::consumer);
        pages.put("page-consumer-change", this::changeConsumer);
        pages.put("page-producer", this::producer);
        pages.put("page-message", this::message);
        pages.put("page-dead-letters", this::deadLetters);
        pages.put("page-reset-twice", () -> new ResetTwice(admin, TOPIC, GROUP).run());
        pages.put("page-close", () -> admin.shutdown());
        return pages;
    }

    private void open() throws Exception {
        admin = new DefaultMQAdminExt(8_000);
        admin.setNamesrvAddr(nameServer);
        admin.setInstanceName("dashboard");
        admin.start();
    }

    private static void check(boolean holds, Object what) {
        if (!holds) {
            throw new AssertionError(String.valueOf(what));
        }
    }

    /** Sends the requests of the collector that runs every minute. */
    private void trend() throws Exception {
        Set<String> topics = admin.fetchAllTopicList().getTopicList();
        check(topics.contains(TOPIC), topics);
        check(admin.examineTopicRouteInfo(TOPIC).getBrokerDatas().size() == 1, "one broker");
        check(admin.fetchBrokerRuntimeStats(broker).getTable().containsKey("msgGetTotalTodayNow"), "28");
        check(admin.queryTopicConsumeByWho(TOPIC).getGroupList().contains(GROUP), "300");
        check(admin.viewBrokerStatsData(broker, "TOPIC_PUT_NUMS", TOPIC).getStatsMinute().getSum() >= 0, "315");
        check(admin.viewBrokerStatsData(broker, "GROUP_GET_NUMS", TOPIC + "@" + GROUP).getStatsDay().getSum() > 0, "315");
    }

    private void cluster() throws Exception {
        ClusterInfo cluster = admin.examineBrokerClusterInfo();
        check(cluster.getBrokerAddrTable().get("broker-a").getBrokerAddrs().get(0L).equals(broker), cluster.toJson());
        Map<String, String> runtime = admin.fetchBrokerRuntimeStats(broker).getTable();
        for (String key : new String[] {"brokerVersionDesc", "putTps", "getTransferredTps", "msgPutTotalTodayMorning",
            "msgPutTotalYesterdayMorning", "msgGetTotalTodayNow", "bootTimestamp", "commitLogDirCapacity"}) {
            check(runtime.get(key) != null, key);
        }
        check("broker-a".equals(admin.getBrokerConfig(broker).getProperty("brokerName")), "26");
        check(admin.getNameServerAddressList().contains(nameServer), "name servers");
    }

    private void topic() throws Exception {
        check(admin.getAllTopicConfig(broker, 8_000).getTopicConfigTable().containsKey(TOPIC), "21");
        check(admin.examineTopicConfig(broker, TOPIC).getReadQueueNums() == 2, "351");
        check(admin.examineTopicStats(TOPIC).getOffsetTable().size() == 2, "202");
        check(admin.examineConsumeStats(GROUP, TOPIC).getOffsetTable().size() == 2, "208 of one topic");
        check(admin.queryTopicConsumeByWho(TOPIC).getGroupList().contains(GROUP), "300");
        check(!admin.getUserTopicConfig(broker, true, 8_000).getTopicConfigTable().containsKey("TBW102"), "user topics");
    }

    private void changeTopic() throws Exception {
        TopicConfig config = new TopicConfig("PageTopic", 3, 3, 6);
        admin.createAndUpdateTopicConfig(broker, config);
        check(admin.examineTopicConfig(broker, "PageTopic").getWriteQueueNums() == 3, "351 of what was made");
        DefaultMQProducer sender = new DefaultMQProducer("SELF_TEST_P_GROUP");
        sender.setNamesrvAddr(nameServer);
        sender.setInstanceName("page-producer");
        sender.start();
        SendResult sent = sender.send(new Message("PageTopic", "t", "k", "x".getBytes(StandardCharsets.UTF_8)));
        sender.shutdown();
        check(sent.getSendStatus().name().equals("SEND_OK"), sent);
        admin.createAndUpdateSubscriptionGroupConfig(broker, group("PageGroup"));
        Map<MessageQueue, Long> reset = admin.resetOffsetByTimestamp("PageTopic", "PageGroup", 0, true);
        check(reset.size() == 3, reset);
        admin.deleteTopicInBroker(Set.of(broker), "PageTopic");
        admin.deleteTopicInNameServer(Set.of(nameServer), "PageTopic");
        check(!admin.fetchAllTopicList().getTopicList().contains("PageTopic"), "deleted");
    }

    private static SubscriptionGroupConfig group(String name) {
        SubscriptionGroupConfig config = new SubscriptionGroupConfig();
        config.setGroupName(name);
        config.setRetryMaxTimes(7);
        return config;
    }

    private void consumer() throws Exception {
        check(admin.getAllSubscriptionGroup(broker, 8_000).getSubscriptionGroupTable().containsKey(GROUP), "201");
        check(admin.examineSubscriptionGroupConfig(broker, GROUP).isConsumeEnable(), "352");
        ConsumerConnection online = admin.examineConsumerConnectionInfo(GROUP);
        check(online.getConnectionSet().size() == 1, "203");
        check(admin.examineConsumeStats(GROUP).getOffsetTable().size() >= 2, "208");
        check(admin.examineConsumeStats(GROUP).getConsumeTps() >= 0, "208");
        String clientId = online.getConnectionSet().iterator().next().getClientId();
        check(admin.getConsumerRunningInfo(GROUP, clientId, false).getMqTable().size() >= 2, "307");
        check(!admin.getConsumerRunningInfo(GROUP, clientId, true).getJstack().isEmpty(), "307 with the stack");
        check(admin.getConsumeStatus(TOPIC, GROUP, clientId).get(clientId).size() == 2, "223");
        check(admin.queryConsumeTimeSpan(TOPIC, GROUP).size() == 2, "303");
        check(admin.queryTopicsByConsumer(GROUP).getTopicList().contains(TOPIC), "343");
        check(admin.querySubscription(GROUP, TOPIC).getSubString().equals("*"), "345");
    }

    private void changeConsumer() throws Exception {
        admin.createAndUpdateSubscriptionGroupConfig(broker, group("PageGroup2"));
        check(admin.examineSubscriptionGroupConfig(broker, "PageGroup2").getRetryMaxTimes() == 7, "352");
        admin.deleteSubscriptionGroup(broker, "PageGroup2", true);
        admin.deleteTopicInBroker(Set.of(broker), "%RETRY%PageGroup2");
        admin.deleteTopicInNameServer(Set.of(nameServer), CLUSTER, "%RETRY%PageGroup2");
        check(!admin.getAllSubscriptionGroup(broker, 8_000).getSubscriptionGroupTable().containsKey("PageGroup2"), "207");
    }

    private void producer() throws Exception {
        check(admin.getAllProducerInfo(broker).getData().containsKey("AdminProducers"), "328");
        check(!admin.examineProducerConnectionInfo("AdminProducers", TOPIC).getConnectionSet().isEmpty(), "204");
    }

    /** Queries messages by topic and time, one by its id, and its track, and sends it to a consumer again. */
    private void message() throws Exception {
        DefaultMQPullConsumer reader = new DefaultMQPullConsumer("TOOLS_CONSUMER");
        reader.setNamesrvAddr(nameServer);
        reader.setInstanceName("page-reader");
        reader.start();
        MessageQueue queue = reader.fetchSubscribeMessageQueues(TOPIC).iterator().next();
        long from = reader.searchOffset(queue, 0);
        long to = reader.searchOffset(queue, System.currentTimeMillis());
        check(from == 0 && to > 0, from + " " + to);
        PullResult found = reader.pull(queue, "*", from, 32);
        check(found.getPullStatus() == PullStatus.FOUND, found);
        String id = ((MessageClientExt) found.getMsgFoundList().get(0)).getOffsetMsgId();
        reader.shutdown();
        check(admin.viewMessage(TOPIC, id).getTopic().equals(TOPIC), "33");
        check(admin.messageTrackDetail(admin.viewMessage(TOPIC, id)).toString().contains(GROUP), "track");
        String clientId = admin.examineConsumerConnectionInfo(GROUP).getConnectionSet().iterator().next().getClientId();
        String result = admin.consumeMessageDirectly(GROUP, clientId, TOPIC, id).getConsumeResult().name();
        check(result.equals("CR_SUCCESS"), result);
    }

    /** Queries a dead letter by its unique id, and sends it again. */
    private void deadLetters() throws Exception {
        String dead = "%DLQ%PageDead";
        admin.createAndUpdateSubscriptionGroupConfig(broker, group("PageDead"));
        DefaultMQPullConsumer reader = new DefaultMQPullConsumer("PageDead");
        reader.setNamesrvAddr(nameServer);
        reader.setInstanceName("page-dead");
        reader.start();
        try {
            MessageQueue queue = reader.fetchSubscribeMessageQueues(TOPIC).iterator().next();
            MessageExt message = reader.pull(queue, "*", reader.minOffset(queue), 1).getMsgFoundList().get(0);
            reader.sendMessageBack(message, -1, queue.getBrokerName(), "PageDead");
            check(admin.examineTopicRouteInfo(dead).getBrokerDatas().size() == 1, "105");
            MessageExt shown = admin.viewMessage(dead, message.getMsgId());
            check(shown.getTopic().equals(dead) && shown.getMsgId().equals(message.getMsgId()), shown);
            check(Arrays.equals(shown.getBody(), message.getBody()), "the body");
            check(shown.getProperties().get("RETRY_TOPIC").equals(TOPIC), shown.getProperties());
        } finally {
            reader.shutdown();
        }
    }
}
