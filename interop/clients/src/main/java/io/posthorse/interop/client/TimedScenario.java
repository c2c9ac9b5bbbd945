package io.posthorse.interop.client;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;

/** Messages with delivery times. */
final class TimedScenario {
    private static final List<String> NAMES = List.of("TIMER_DELAY_MS", "TIMER_DELIVER_MS", "TIMER_DELAY_SEC");

    private TimedScenario() {
    }

    /** Each of RocketMQ's three properties, by the client's own methods where it has some. */
    static void rocketmq(Stage stage) throws Exception {
        run(stage, NAMES);
    }

    /** Uses the property that any client can set. */
    static void property(Stage stage) throws Exception {
        run(stage, List.of("POSTHORSE_DELAY_MS", "POSTHORSE_DELIVER_MS"));
    }

    private static void run(Stage stage, List<String> names) throws Exception {
        String topic = stage.topic("topic");
        Inbox inbox = new Inbox();
        Assigned.await(stage.startPush(stage.name("group"), topic, "*", inbox), topic, 4);
        List<String> expected = new ArrayList<>();
        Map<String, Long> times = new HashMap<>();
        for (int i = 0; i < 12; i++) {
            String name = names.get(i % names.size());
            int seconds = 2 + i % 3;
            String body = i + "-" + seconds;
            Message message = new Message(topic, "Tag", "key" + i, Stage.bytes(body));
            long value = value(name, seconds);
            if (name.contains("DELIVER")) {
                times.put(body, value);
            }
            set(message, name, value);
            stage.producer().send(message);
            expected.add(body);
        }
        inbox.expect(expected, 60, "timed messages");
        for (Received received : inbox.received()) {
            int seconds = received.body().charAt(received.body().length() - 1) - '0';
            long due = times.getOrDefault(
                    received.body(), received.message().getBornTimestamp() + seconds * 1_000L);
            long late = received.at() - due;
            Check.that(late >= -stage.arguments().timerEarlyMillis(), received.body() + " came " + -late + " ms early");
            Check.that(late < 10_000, received.body() + " came " + late + " ms late");
        }
        stage.fact("received", inbox.size());
    }

    private static long value(String name, int seconds) {
        long ms = seconds * 1_000L;
        return name.endsWith("SEC") ? seconds : name.contains("DELIVER") ? System.currentTimeMillis() + ms : ms;
    }

    private static void set(Message message, String name, long value) throws ReflectiveOperationException {
        String method = switch (name) {
            case "TIMER_DELAY_MS" -> "setDelayTimeMs";
            case "TIMER_DELIVER_MS" -> "setDeliverTimeMs";
            case "TIMER_DELAY_SEC" -> "setDelayTimeSec";
            default -> "";
        };
        for (Method candidate : Message.class.getMethods()) {
            if (candidate.getName().equals(method)) {
                candidate.invoke(message, value);
                return;
            }
        }
        message.putUserProperty(name, Long.toString(value)); // clients before 5.0 allow it
    }

    /** A recalled message does not come. */
    static void recall(Stage stage) throws Exception {
        Method recall;
        Method handle;
        try {
            recall = DefaultMQProducer.class.getMethod("recallMessage", String.class, String.class);
            handle = SendResult.class.getMethod("getRecallHandle");
        } catch (NoSuchMethodException e) {
            throw new SkippedException("this client version cannot take messages back");
        }
        String topic = stage.topic("topic");
        Inbox inbox = new Inbox();
        Assigned.await(stage.startPush(stage.name("group"), topic, "*", inbox), topic, 4);
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Message message = new Message(topic, Stage.bytes("text" + i));
            set(message, "TIMER_DELAY_MS", 4_000);
            SendResult result = stage.producer().send(message);
            if (i % 2 == 0) {
                Object taken = recall.invoke(stage.producer(), topic, handle.invoke(result));
                Check.equal(result.getMsgId(), taken, "id of the message taken back");
            } else {
                expected.add("text" + i);
            }
        }
        inbox.expect(expected, 60, "messages that were not taken back");
        try {
            recall.invoke(stage.producer(), topic, "nonsense");
            Check.that(false, "nonsense was accepted");
        } catch (InvocationTargetException e) {
            stage.fact("nonsense", e.getCause().getClass().getSimpleName());
        }
    }
}
