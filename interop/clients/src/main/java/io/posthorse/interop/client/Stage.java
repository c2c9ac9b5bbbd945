package io.posthorse.interop.client;

import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.ClientConfig;
import org.apache.rocketmq.client.consumer.DefaultMQPullConsumer;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;

/** What one scenario works with: names of its own, started clients, and the report. */
public final class Stage implements AutoCloseable {

    private static final AtomicInteger INSTANCES = new AtomicInteger();
    private static final int SEND_TIMEOUT = 20_000;
    private static final int HEARTBEAT_MILLIS = 4_000;

    private final String scenario;
    private final Arguments arguments;
    private final Report report;
    private final Deque<Runnable> toClose = new ArrayDeque<>();
    private DefaultMQProducer producer;

    /** A stage for the scenario with this name. */
    public Stage(String scenario, Arguments arguments, Report report) {
        this.scenario = scenario;
        this.arguments = arguments;
        this.report = report;
    }

    /** Prints an observation. */
    public void fact(String key, Object value) {
        report.fact(scenario, key, value);
    }

    /** What the command line asked for. */
    public Arguments arguments() {
        return arguments;
    }

    /** A name of this scenario that no other scenario or run uses. */
    public String name(String part) {
        return scenario + "-" + part + "-" + arguments.run();
    }

    /** A client instance name nobody else in this machine uses. */
    public String instance() {
        return scenario + "-" + ProcessHandle.current().pid() + "-" + INSTANCES.incrementAndGet();
    }

    /** Sets what all clients need. Their heartbeat is faster than usual, as it is what ends some of their own races. */
    public <C extends ClientConfig> C configure(C client) {
        client.setNamesrvAddr(arguments.nameServer());
        client.setInstanceName(instance());
        client.setHeartbeatBrokerInterval(HEARTBEAT_MILLIS);
        return client;
    }

    /** Runs at the end of the scenario, the last one first. */
    public void atEnd(Runnable close) {
        toClose.push(close);
    }

    /** The producer of this scenario, started at the first call. */
    public DefaultMQProducer producer() throws MQClientException {
        if (producer == null) {
            producer = newProducer(name("producer"));
            producer.start();
        }
        return producer;
    }

    /** A producer that is not started yet. */
    public DefaultMQProducer newProducer(String group) {
        DefaultMQProducer result = configure(new DefaultMQProducer(group));
        result.setSendMsgTimeout(SEND_TIMEOUT);
        atEnd(result::shutdown);
        return result;
    }

    /** A topic with four queues that did not exist before. */
    public String topic(String part) throws Exception {
        return topic(part, 4);
    }

    /** A topic that did not exist before. */
    public String topic(String part, int queues) throws Exception {
        String topic = name(part);
        Check.within(75, "topic " + topic + " created", () -> created(topic, queues));
        Check.within(75, "route of " + topic, () -> routed(topic, queues));
        return topic;
    }

    private boolean created(String topic, int queues) throws Exception {
        try {
            // The 5.x clients want attributes as a fourth argument.
            for (Method method : DefaultMQProducer.class.getMethods()) {
                Class<?>[] types = method.getParameterTypes();
                if (method.getName().equals("createTopic") && types.length == 4 && types[3] == Map.class) {
                    method.invoke(producer(), "TBW102", topic, queues, Map.of());
                    return true;
                }
            }
            DefaultMQProducer.class.getMethod("createTopic", String.class, String.class, int.class)
                    .invoke(producer(), "TBW102", topic, queues);
            return true;
        } catch (java.lang.reflect.InvocationTargetException e) {
            // A broker that has just started is not yet known to the name server.
            fact("createTopicFailed", e.getCause());
            Check.pause(500);
            return false;
        }
    }

    private boolean routed(String topic, int queues) throws Exception {
        try {
            return producer().fetchPublishMessageQueues(topic).size() == queues;
        } catch (MQClientException e) {
            return false;
        }
    }

    /** A push consumer that is not started yet; it starts at the first message. */
    public DefaultMQPushConsumer pushConsumer(String group) {
        DefaultMQPushConsumer consumer = configure(new DefaultMQPushConsumer(group));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setConsumeThreadMin(4);
        consumer.setConsumeThreadMax(4);
        atEnd(consumer::shutdown);
        return consumer;
    }

    /** A started push consumer of one topic. */
    public DefaultMQPushConsumer startPush(String group, String topic, String tags, Inbox inbox)
            throws MQClientException {
        DefaultMQPushConsumer consumer = pushConsumer(group);
        consumer.subscribe(topic, tags);
        consumer.registerMessageListener(inbox);
        consumer.start();
        return consumer;
    }

    /** A started pull consumer. */
    @SuppressWarnings("deprecation")
    public DefaultMQPullConsumer startPull(String group) throws MQClientException {
        DefaultMQPullConsumer consumer = configure(new DefaultMQPullConsumer(group));
        atEnd(consumer::shutdown);
        consumer.start();
        return consumer;
    }

    /** Sends one text after the other, each confirmed; returns the texts. */
    public List<String> send(String topic, String prefix, int count) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String body = "%s-%04d".formatted(prefix, i);
            producer().send(new Message(topic, bytes(body)));
            bodies.add(body);
        }
        return bodies;
    }

    /** The text as a message body. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        while (!toClose.isEmpty()) {
            try {
                toClose.pop().run();
            } catch (RuntimeException e) {
                report.fact(scenario, "closing", e);
            }
        }
    }
}
