package io.posthorse.interop.admin;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.remoting.protocol.RemotingCommand;
import org.apache.rocketmq.tools.admin.DefaultMQAdminExt;

/** The environment of the commands: a broker, a topic with messages, and an online consumer and producer. */
final class Stage implements AutoCloseable {

    static final String CLUSTER = "DefaultCluster";
    static final String BROKER = "broker-a";
    static final int MESSAGES = 6;
    private static final int ADD_WRITE_PERM_OF_BROKER = 327;

    final String nameServer;
    final String broker;
    final String topic = "AdminTopic";
    final String group = "AdminConsumers";
    final String producers = "AdminProducers";
    final Tool tool;
    final List<MessageExt> received = new CopyOnWriteArrayList<>();
    final DefaultMQProducer producer;

    private DefaultMQPushConsumer consumer;

    Stage(String nameServer, String broker) {
        this.nameServer = nameServer;
        this.broker = broker;
        this.tool = new Tool(nameServer);
        this.producer = new DefaultMQProducer(producers);
    }

    /** Creates the topic by command, sends messages, and starts the consumer that reads them. */
    void open() throws Exception {
        tool.run("updateTopic", "-c", CLUSTER, "-t", topic, "-r", "2", "-w", "2").shows("create topic to");
        producer.setNamesrvAddr(nameServer);
        producer.setInstanceName("admin-producer");
        producer.start();
        for (int i = 0; i < MESSAGES; i++) {
            producer.send(new Message(topic, "tag" + i % 2, "key" + i, body("hello " + i)));
        }
        consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(nameServer);
        consumer.setInstanceName("admin-consumer");
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            received.addAll(messages);
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        await("the consumer has all messages", Duration.ofSeconds(30), () -> received.size() >= MESSAGES);
        settle();
    }

    /** Makes the broker writable again; tools before 5.x have no command for that, so it sends the request itself. */
    void restoreWritePermission() {
        RemotingCommand request = RemotingCommand.createRequestCommand(ADD_WRITE_PERM_OF_BROKER, null);
        request.addExtField("brokerName", BROKER);
        try {
            RemotingCommand answer = producer.getDefaultMQProducerImpl().getmQClientFactory().getMQClientAPIImpl()
                    .getRemotingClient().invokeSync(nameServer, request, 5_000);
            if (answer.getCode() != 0) {
                throw new AssertionError(answer.toString());
            }
        } catch (Exception e) {
            throw new AssertionError("the name server was not reached", e);
        }
    }

    /** Returns the positions of the group's members, as they report them. */
    String consumerStatus() throws Exception {
        DefaultMQAdminExt admin = new DefaultMQAdminExt();
        admin.setNamesrvAddr(nameServer);
        admin.setInstanceName("admin-status");
        admin.start();
        try {
            return admin.getConsumeStatus(topic, group, "").toString();
        } finally {
            admin.shutdown();
        }
    }

    /** Returns the id of the online consumer. */
    String clientId() {
        return consumer.buildMQClientId();
    }

    /** Makes the consumer send its offsets to the broker, and waits until the broker has them. */
    void settle() throws InterruptedException {
        await("the broker has the consumer's offsets", Duration.ofSeconds(20), () -> {
            consumer.getDefaultMQPushConsumerImpl().persistConsumerOffset();
            return tool.run("consumerProgress", "-g", group).text().matches("(?s).*Diff Total: 0\\s.*");
        });
    }

    static byte[] body(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static void await(String what, Duration limit, BooleanSupplier there) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (!there.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("in vain for " + limit + ": " + what);
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    @Override
    public void close() {
        producer.shutdown();
        if (consumer != null) {
            consumer.shutdown();
        }
    }
}
