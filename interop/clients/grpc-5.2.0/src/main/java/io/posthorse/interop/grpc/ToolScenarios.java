package io.posthorse.interop.grpc;

import io.posthorse.interop.client.Check;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.consumer.FilterExpressionType;
import org.apache.rocketmq.client.apis.consumer.SimpleConsumer;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.common.MQVersion;
import org.apache.rocketmq.remoting.protocol.LanguageCode;
import org.apache.rocketmq.remoting.protocol.ResponseCode;
import org.apache.rocketmq.remoting.protocol.body.Connection;
import org.apache.rocketmq.remoting.protocol.body.ConsumerConnection;
import org.apache.rocketmq.remoting.protocol.body.ConsumerRunningInfo;
import org.apache.rocketmq.remoting.protocol.heartbeat.ConsumeType;
import org.apache.rocketmq.remoting.protocol.heartbeat.SubscriptionData;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** The information of administration tools about gRPC clients. */
final class ToolScenarios {
    private ToolScenarios() {
    }

    static void shown(Stage stage) throws Exception {
        String topic = stage.name("topic");
        String pushing = stage.name("pushing");
        String simple = stage.name("simple");
        stage.group(pushing, topic, false, 1);
        stage.group(simple, topic, false, 1);
        DefaultMQAdminExt admin = stage.admin();
        Producer producer = stage.producer(topic, null);
        stage.push(pushing, topic, new FilterExpression("a || b", FilterExpressionType.TAG), view -> ConsumeResult.SUCCESS);
        SimpleConsumer asking = stage.simple(simple, topic, Duration.ofSeconds(1));

        ConsumerConnection online = admin.examineConsumerConnectionInfo(pushing);
        Check.equal(1, online.getConnectionSet().size(), "clients of the group");
        Connection client = online.getConnectionSet().iterator().next();
        Check.that(client.getClientAddr().startsWith("127.0.0.1:"), client.getClientAddr());
        Check.equal(LanguageCode.JAVA, client.getLanguage(), "language");
        Check.equal("V5_2_0", MQVersion.getVersionDesc(client.getVersion()), "version");
        Check.equal(ConsumeType.CONSUME_PASSIVELY, online.getConsumeType(), "type of a push consumer");
        SubscriptionData read = online.getSubscriptionTable().get(topic);
        Check.equal("a || b", read.getSubString(), "expression");
        Check.equal("a || b", admin.querySubscription(pushing, topic).getSubString(), "345");
        Check.equal(ConsumeType.CONSUME_ACTIVELY,
                admin.examineConsumerConnectionInfo(simple).getConsumeType(), "type of a simple consumer");
        Check.that(admin.queryTopicConsumeByWho(topic).getGroupList().contains(pushing), "300");
        running(admin, pushing, client, read);

        Check.equal(1, admin.examineProducerConnectionInfo(topic, topic).getConnectionSet().size(), "producers");
        Check.that(admin.getAllProducerInfo(stage.broker(topic)).getData().containsKey(topic), "328");
        producer.close();
        asking.close();
        Check.within(20, "the producer is gone", () -> isGone(() -> admin.examineProducerConnectionInfo(topic, topic)));
        Check.within(20, "the consumer is gone", () -> isGone(() -> admin.examineConsumerConnectionInfo(simple)));
        Check.equal(1, admin.examineConsumerConnectionInfo(pushing).getConnectionSet().size(), "the other one stays");
    }

    /** Returns the output of consumerStatus. */
    private static void running(DefaultMQAdminExt admin, String group, Connection client, SubscriptionData read)
            throws Exception {
        ConsumerRunningInfo info = admin.getConsumerRunningInfo(group, client.getClientId(), false);
        Check.that(info.getSubscriptionSet().contains(read), "307");
        String began = info.getProperties().getProperty(ConsumerRunningInfo.PROP_CONSUMER_START_TIMESTAMP);
        Check.that(Math.abs(System.currentTimeMillis() - Long.parseLong(began)) < 120_000, "began " + began);
        Check.that(info.formatString().contains(read.getTopic()), info.formatString());
        TreeMap<String, ConsumerRunningInfo> all = new TreeMap<>(Map.of(client.getClientId(), info));
        Check.that(ConsumerRunningInfo.analyzeSubscription(all), "all members subscribe alike");
        Check.equal("", ConsumerRunningInfo.analyzeProcessQueue(client.getClientId(), info), "nothing hangs");
    }

    /** A request about clients. */
    private interface Question {
        void ask() throws Exception;
    }

    private static boolean isGone(Question question) throws Exception {
        try {
            question.ask();
            return false;
        } catch (MQBrokerException e) {
            return e.getResponseCode() == ResponseCode.CONSUMER_NOT_ONLINE
                    || e.getResponseCode() == ResponseCode.SYSTEM_ERROR;
        }
    }
}
