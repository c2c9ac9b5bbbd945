package io.posthorse.interop.spring;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.activemq.command.ActiveMQTextMessage;
import org.apache.activemq.command.ActiveMQTopic;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.jms.JmsException;
import org.springframework.jms.core.JmsTemplate;

/**
 * A Spring Boot application with listeners and a template; arguments: URL RUN. Prints a verdict for each scenario. The last
 * one, {@code restart}, first prints a fact, and then waits until the broker is killed and started again.
 */
@SpringBootApplication
public class SpringMain {

    private static final int ORDERS = 100;
    private static final int SECONDS = 60;

    private final String run;
    private final JmsTemplate template;
    private final Listeners listeners;
    private boolean passed = true;

    private SpringMain(String run, JmsTemplate template, Listeners listeners) {
        this.run = run;
        this.template = template;
        this.listeners = listeners;
    }

    /** A scenario; it throws where the result is wrong. */
    private interface Scenario {
        void run() throws Exception;
    }

    /** The configuration; {@link #main} runs the scenarios. */
    public SpringMain() {
        this("", null, null);
    }

    /** Runs the scenarios; exits with 0 where nothing failed, else with 1. */
    public static void main(String[] args) {
        SpringApplication application = new SpringApplication(SpringMain.class);
        application.setDefaultProperties(Map.of("spring.activemq.broker-url", args[0], "run", args[1],
                "spring.main.banner-mode", "off", "logging.level.root", "ERROR"));
        var context = application.run();
        SpringMain main = new SpringMain(
                args[1], context.getBean(JmsTemplate.class), context.getBean(Listeners.class));
        main.play("listener", main::listener);
        main.play("template", main::template);
        main.play("request", main::request);
        main.play("transacted-listener", main::transacted);
        main.play("topic-listener", main::topic);
        main.play("restart", main::restart);
        say("end result=" + (main.passed ? "PASS" : "FAIL"));
        context.close();
        Runtime.getRuntime().halt(main.passed ? 0 : 1);
    }

    private void play(String name, Scenario scenario) {
        long began = System.nanoTime();
        String reason = "";
        try {
            scenario.run();
        } catch (Exception | AssertionError | LinkageError e) {
            e.printStackTrace(System.out);
            reason = e.toString().replaceAll("\\s+", " ");
            passed = false;
        }
        say("verdict scenario=" + name + " result=" + (reason.isEmpty() ? "PASS" : "FAIL") + " millis="
                + (System.nanoTime() - began) / 1_000_000 + " reason=" + reason);
    }

    private static void say(String line) {
        System.out.println(line);
        System.out.flush();
    }

    private static void check(Object expected, Object actual, String what) {
        if (!expected.equals(actual)) {
            throw new AssertionError(what + ": expected " + expected + " but was " + actual);
        }
    }

    private static void within(String what, Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("not within " + SECONDS + " s: " + what);
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void pay(long order) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("orderId", order);
        message.put("result", "success");
        template.convertAndSend("PAYMENT_RESULT_QUEUE." + run, message);
    }

    private void listener() throws Exception {
        for (long order = 0; order < ORDERS; order++) {
            pay(order);
        }
        within("all orders paid", () -> listeners.paid.size() == ORDERS);
        check(ORDERS / 10, listeners.failedOnce.size(), "orders that failed once");
        check(0, listeners.twice.get(), "orders paid twice");
        say("fact scenario=listener threads=" + listeners.threads.size());
        check(true, listeners.threads.size() > 1, "more than one thread");
    }

    private void template() {
        String queue = "template." + run;
        template.setReceiveTimeout(10_000);
        template.convertAndSend(queue, "one");
        template.convertAndSend(queue, "two", message -> {
            message.setStringProperty("colour", "red");
            return message;
        });
        int browsed = template.browse(queue, (session, browser) -> Collections.list(browser.getEnumeration()).size());
        check(2, browsed, "browsed");
        check("two", template.receiveSelectedAndConvert(queue, "colour = 'red'"), "selected");
        check("one", template.receiveAndConvert(queue), "received");
    }

    private void request() throws Exception {
        for (int i = 0; i < 10; i++) {
            String text = "hello " + i;
            var answer = template.sendAndReceive("echo." + run, session -> session.createTextMessage(text));
            check("re: " + text, ((ActiveMQTextMessage) answer).getText(), "answer");
        }
    }

    private void transacted() throws Exception {
        template.convertAndSend("moved." + run, "third time");
        within("taken at the third try", () -> listeners.moved.contains("third time"));
        check(3, listeners.tries.get(), "tries");
    }

    private void topic() throws Exception {
        template.convertAndSend(new ActiveMQTopic("news." + run), "headline");
        within("the headline", () -> listeners.news.contains("headline"));
    }

    private void restart() throws Exception {
        Set<Long> sent = new HashSet<>();
        say("fact scenario=restart ready=true");
        long order = 1_000_001;
        boolean failed = false;
        for (int after = 0; after < 20; order += 10) {
            try {
                pay(order);
                sent.add(order);
                after += failed ? 1 : 0;
            } catch (JmsException e) {
                failed = true;
                TimeUnit.MILLISECONDS.sleep(50);
            }
        }
        say("fact scenario=restart sent=" + sent.size());
        within("orders sent before and after the restart", () -> listeners.paid.containsAll(sent));
    }
}
