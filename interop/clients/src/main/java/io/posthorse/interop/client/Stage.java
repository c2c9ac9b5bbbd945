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

/** The environment of a scenario: its own names, its clients, and the report. */
public final class Stage implements AutoCloseable {

    private static final AtomicInteger INSTANCES = new AtomicInteger();
    private static final int SEND_TIMEOUT = 20_000;
    private static final int HEARTBEAT_MILLIS = 4_000;

    private final String scenario;
    private final Arguments arguments;
    private final Report report;
    private final Deque<Runnable> toClose = new ArrayDeque<>();
    private DefaultMQProducer producer;

    /** Creates the environment of the scenario with this name. */
    public Stage(String scenario, Arguments arguments, Report report) {
        this.scenario = scenario;
        this.arguments = arguments;
        this.report = report;
    }

    /** Prints an observation. */
    public void fact(String key, Object value) {
        report.fact(scenario, key, value);
    }

    /** Returns the arguments of the program. */
    public Arguments arguments() {
        return arguments;
    }

    /** Returns a name that no other scenario or run uses. */
    public String name(String part) {
        return scenario + "-" + part + "-" + arguments.run();
    }

    /** Returns a client instance name that is unique on this machine. */
    public String instance() {
        return scenario + "-" + ProcessHandle.current().pid() + "-" + INSTANCES.incrementAndGet();
    }

    /** Sets the common options of all clients. Faster heartbeats than usual end some races of the client library. */
    public <C extends ClientConfig> C configure(C client) {
        client.setNamesrvAddr(arguments.nameServer());
        client.setInstanceName(instance());
        client.setHeartbeatBrokerInterval(HEARTBEAT_MILLIS);
        return client;
    }

    /** Adds a task for the end of the scenario; the last one runs first. */
    public void atEnd(Runnable close) {
        toClose.push(close);
    }

    /** Returns the producer of this scenario; the first call starts it. */
    public DefaultMQProducer producer() throws MQClientException {
        if (producer == null) {
            producer = newProducer(name("producer"));
            producer.start();
        }
        return producer;
    }

    /** Returns a producer that is not started yet. */
    public DefaultMQProducer newProducer(String group) {
        DefaultMQProducer result = configure(new DefaultMQProducer(group));
        result.setSendMsgTimeout(SEND_TIMEOUT);
        atEnd(result::shutdown);
        return result;
    }

    /** Creates a new topic with four queues. */
    public String topic(String part) throws Exception {
        return topic(part, 4);
    }

    /** Creates a new topic. */
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

    /** Returns a push consumer that is not started yet, and reads from the first message. */
    public DefaultMQPushConsumer pushConsumer(String group) {
        DefaultMQPushConsumer consumer = configure(new DefaultMQPushConsumer(group));
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.setConsumeThreadMin(4);
        consumer.setConsumeThreadMax(4);
        atEnd(consumer::shutdown);
        return consumer;
    }

    /** Returns a started push consumer of a topic. */
    public DefaultMQPushConsumer startPush(String group, String topic, String tags, Inbox inbox)
            throws MQClientException {
        DefaultMQPushConsumer consumer = pushConsumer(group);
        consumer.subscribe(topic, tags);
        consumer.registerMessageListener(inbox);
        consumer.start();
        return consumer;
    }

    /** Returns a started pull consumer. */
    @SuppressWarnings("deprecation")
    public DefaultMQPullConsumer startPull(String group) throws MQClientException {
        DefaultMQPullConsumer consumer = configure(new DefaultMQPullConsumer(group));
        atEnd(consumer::shutdown);
        consumer.start();
        return consumer;
    }

    /** Sends texts synchronously, one after the other; returns them. */
    public List<String> send(String topic, String prefix, int count) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            String body = "%s-%04d".formatted(prefix, i);
            producer().send(new Message(topic, bytes(body)));
            bodies.add(body);
        }
        return bodies;
    }

    /** Returns a text as a message body. */
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
