package io.posthorse.interop.grpc;

import jakarta.jms.Connection;
import jakarta.jms.Session;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.rocketmq.client.apis.ClientConfiguration;
import org.apache.rocketmq.client.apis.ClientServiceProvider;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.consumer.MessageListener;
import org.apache.rocketmq.client.apis.consumer.PushConsumer;
import org.apache.rocketmq.client.apis.consumer.SimpleConsumer;
import org.apache.rocketmq.client.apis.message.MessageBuilder;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.apis.producer.TransactionChecker;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.TopicConfig;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.protocol.subscription.SubscriptionGroupConfig;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** The environment of a scenario: its own names, and clients that are closed at its end. */
final class Stage implements AutoCloseable {
    static final ClientServiceProvider PROVIDER = ClientServiceProvider.loadService();
    private static final long TOOL_MILLIS = 5_000;

    private final String nameServer;
    private final String endpoints;
    private final String run;
    private final String name;
    private final Deque<AutoCloseable> toClose = new ArrayDeque<>();
    private DefaultMQProducer remoting;

    Stage(String nameServer, String endpoints, String run, String name) {
        this.nameServer = nameServer;
        this.endpoints = endpoints;
        this.run = run;
        this.name = name;
    }

    String name() {
        return name;
    }

    String nameServer() {
        return nameServer;
    }

    String name(String part) {
        return "grpc-" + name + "-" + part + "-" + run;
    }

    ClientConfiguration configuration(boolean encrypted) {
        return ClientConfiguration.newBuilder()
                .setEndpoints(endpoints)
                .enableSsl(encrypted)
                .setRequestTimeout(Duration.ofSeconds(10))
                .build();
    }

    Producer producer(String topic, TransactionChecker checker) throws Exception {
        var builder = PROVIDER.newProducerBuilder().setClientConfiguration(configuration(false)).setTopics(topic);
        Producer producer = (checker == null ? builder : builder.setTransactionChecker(checker)).build();
        toClose.push(producer);
        return producer;
    }

    MessageBuilder message(String topic, String body) {
        return PROVIDER.newMessageBuilder().setTopic(topic).setBody(body.getBytes(StandardCharsets.UTF_8));
    }

    PushConsumer push(String group, String topic, FilterExpression filter, MessageListener listener) throws Exception {
        PushConsumer consumer = PROVIDER.newPushConsumerBuilder()
                .setClientConfiguration(configuration(false))
                .setConsumerGroup(group)
                .setSubscriptionExpressions(Map.of(topic, filter))
                .setMessageListener(listener)
                .build();
        return consumer; // not closed, since that waits for the end of a long poll, and the process ends anyway
    }

    SimpleConsumer simple(String group, String topic, Duration await) throws Exception {
        SimpleConsumer consumer = PROVIDER.newSimpleConsumerBuilder()
                .setClientConfiguration(configuration(false))
                .setConsumerGroup(group)
                .setSubscriptionExpressions(Map.of(topic, FilterExpression.SUB_ALL))
                .setAwaitDuration(await)
                .build();
        toClose.push(consumer);
        return consumer;
    }

    /** Returns a producer of the remoting client, which also gives access to administration. */
    DefaultMQProducer remoting() throws Exception {
        if (remoting == null) {
            remoting = new DefaultMQProducer(name("remoting"));
            remoting.setNamesrvAddr(nameServer);
            remoting.setInstanceName(name("remoting"));
            remoting.setVipChannelEnabled(false);
            remoting.start();
            atEnd(remoting::shutdown);
        }
        return remoting;
    }

    /** Creates the scenario's topic; the client's own {@code createTopic} takes no attributes. */
    void topic(Map<String, String> attributes) throws Exception {
        TopicConfig config = new TopicConfig(name("topic"), 4, 4);
        config.setAttributes(attributes);
        var factory = remoting().getDefaultMQProducerImpl().getmQClientFactory();
        factory.getMQClientAPIImpl().createTopic(broker("TBW102"), "TBW102", config, TOOL_MILLIS);
    }

    void group(String group, String topic, boolean ordered, int retries) throws Exception {
        SubscriptionGroupConfig config = new SubscriptionGroupConfig();
        config.setGroupName(group);
        config.setConsumeMessageOrderly(ordered);
        config.setRetryMaxTimes(retries);
        remoting().createTopic("TBW102", topic, 4, Map.of());
        var factory = remoting().getDefaultMQProducerImpl().getmQClientFactory();
        factory.getMQClientAPIImpl().createSubscriptionGroup(broker(topic), config, TOOL_MILLIS);
    }

    /** Returns the address of the broker that has the topic. */
    String broker(String topic) throws Exception {
        return remoting().getDefaultMQProducerImpl().getmQClientFactory().getMQClientAPIImpl()
                .getTopicRouteInfoFromNameServer(topic, TOOL_MILLIS).getBrokerDatas().get(0).selectBrokerAddr();
    }

    /** Returns the admin client that the tools use. */
    DefaultMQAdminExt admin() throws Exception {
        DefaultMQAdminExt admin = new DefaultMQAdminExt(TOOL_MILLIS);
        admin.setNamesrvAddr(nameServer);
        admin.setInstanceName(name("admin"));
        admin.setVipChannelEnabled(false);
        admin.start();
        atEnd(admin::shutdown);
        return admin;
    }

    /** Returns a JMS session, auto-acknowledging or transacted. */
    Session jms(boolean transacted) throws Exception {
        Connection connection = new ActiveMQConnectionFactory(System.getProperty(Main.JMS)).createConnection();
        atEnd(connection);
        connection.start();
        return connection.createSession(transacted, transacted ? Session.SESSION_TRANSACTED : Session.AUTO_ACKNOWLEDGE);
    }

    /** Returns a remoting consumer of its own group that reads a topic from the start and keeps the messages. */
    Queue<MessageExt> read(String group, String topic, String tags) throws Exception {
        Queue<MessageExt> got = new ConcurrentLinkedQueue<>();
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(name(group));
        consumer.setNamesrvAddr(nameServer);
        consumer.setInstanceName(name(group));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(topic, tags);
        consumer.registerMessageListener((MessageListenerOrderly) (messages, context) -> {
            got.addAll(messages);
            return ConsumeOrderlyStatus.SUCCESS;
        });
        consumer.start();
        atEnd(consumer::shutdown);
        return got;
    }

    void atEnd(AutoCloseable close) {
        toClose.push(close);
    }

    static String text(ByteBuffer body) {
        return StandardCharsets.UTF_8.decode(body.duplicate()).toString();
    }

    @Override
    public void close() {
        while (!toClose.isEmpty()) {
            try {
                toClose.pop().close();
            } catch (Exception e) {
                System.out.println("closing " + name + ": " + e);
            }
        }
    }
}
