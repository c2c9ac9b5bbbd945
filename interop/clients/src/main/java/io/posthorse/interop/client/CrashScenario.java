package io.posthorse.interop.client;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;

/** A consumer whose process is destroyed; the other member of its group takes over. */
final class CrashScenario {

    /** First argument of the process to kill. */
    static final String CHILD = "--child";

    private static final String GOT = "got ";
    private static final int CHILD_LIFE_SECONDS = 120;

    private CrashScenario() {
    }

    static void run(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        String group = stage.name("group");
        Inbox inbox = new Inbox();
        DefaultMQPushConsumer survivor = stage.startPush(group, topic, "*", inbox);
        Assigned.await(survivor, topic, 4);
        Process child = startChild(stage, group, topic);
        stage.atEnd(child::destroyForcibly);
        Set<String> ofChild = new HashSet<>();
        Thread reader = new Thread(() -> read(child, ofChild), "child-reader");
        reader.setDaemon(true);
        reader.start();
        Assigned.await(survivor, topic, 2);
        List<String> before = stage.send(topic, "before", 60);
        Check.within(75, "messages before the crash", () -> missing(before, inbox, ofChild).isEmpty());
        Check.that(!snapshot(ofChild).isEmpty(), "the second process got nothing");
        stage.fact("ofChild", snapshot(ofChild).size());
        child.destroyForcibly();
        Check.that(child.waitFor(10, TimeUnit.SECONDS), "the process survived");
        List<String> after = stage.send(topic, "after", 60);
        Check.within(60, "messages after the crash", () -> inbox.bodies().containsAll(after));
        Check.pause(300);
        Assigned.await(survivor, topic, 4);
        List<String> twice = new ArrayList<>(inbox.bodies());
        new HashSet<>(before).forEach(twice::remove);
        new HashSet<>(after).forEach(twice::remove);
        Check.equal(List.of(), twice, "messages the survivor got twice");
        Check.equal(List.of(), missing(before, inbox, ofChild), "lost");
        stage.fact("ofSurvivor", inbox.size());
    }

    private static List<String> missing(List<String> wanted, Inbox inbox, Set<String> ofChild) {
        List<String> missing = new ArrayList<>(wanted);
        missing.removeAll(inbox.bodies());
        missing.removeAll(snapshot(ofChild));
        return missing;
    }

    private static Set<String> snapshot(Set<String> set) {
        synchronized (set) {
            return Set.copyOf(set);
        }
    }

    private static void read(Process child, Set<String> into) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(GOT)) {
                    synchronized (into) {
                        into.add(line.substring(GOT.length()));
                    }
                }
            }
        } catch (java.io.IOException e) {
            // It was killed.
        }
    }

    private static Process startChild(Stage stage, String group, String topic) throws java.io.IOException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + "/bin/java");
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName(), CHILD,
                stage.arguments().nameServer(), group, topic));
        return new ProcessBuilder(command).redirectErrorStream(true).start();
    }

    /** Runs the process to kill, which consumes and prints. */
    static void child(String[] args) throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(args[2]);
        consumer.setNamesrvAddr(args[1]);
        consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
        consumer.subscribe(args[3], "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) -> {
            messages.forEach(m -> System.out.println(GOT + new String(m.getBody(), StandardCharsets.UTF_8)));
            return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
        });
        consumer.start();
        TimeUnit.SECONDS.sleep(CHILD_LIFE_SECONDS);
        Runtime.getRuntime().halt(1);
    }
}
