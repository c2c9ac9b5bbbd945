package io.posthorse.interop.jms;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLException;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.command.ActiveMQDestination;
import org.apache.activemq.command.ActiveMQQueue;

/**
 * Checks users and certificates; arguments: URL RUN SCENARIO... The broker has the users {@code seller}, who may send to
 * {@code Orders-RUN}, and {@code clerk}, who may read it. Their passwords are {@code secret-of-} and the name.
 */
public final class GuardMain {

    private static final String SECRET = "secret-of-";

    private GuardMain() {
    }

    /** Runs the scenarios; exits with 0 where nothing failed, else with 1. */
    public static void main(String[] args) {
        Map<String, Main.Scenario> all = new LinkedHashMap<>();
        all.put("password", GuardMain::password);
        all.put("rules", GuardMain::rules);
        all.put("untrusted", GuardMain::untrusted);
        all.keySet().retainAll(List.of(args).subList(2, args.length));
        boolean passed = true;
        for (Map.Entry<String, Main.Scenario> one : all.entrySet()) {
            passed &= Main.play(one.getKey(), new Stage(args[0], args[1], one.getKey()), one.getValue());
        }
        Report.end(passed);
        Runtime.getRuntime().halt(passed ? 0 : 1);
    }

    private static ActiveMQConnection connect(Stage stage, String user, String password) throws Exception {
        return stage.opened((ActiveMQConnection) new ActiveMQConnectionFactory(stage.url())
                .createConnection(user, password));
    }

    private static ActiveMQSession session(Stage stage, String user) throws Exception {
        return Stage.session(connect(stage, user, SECRET + user), ActiveMQSession.AUTO_ACKNOWLEDGE);
    }

    private interface Attempt {
        void run() throws Exception;
    }

    private static void refused(String exception, String what, Attempt attempt) throws Exception {
        try {
            attempt.run();
        } catch (Exception e) {
            Check.equal(exception, e.getClass().getSimpleName(), what + " (" + e.getMessage() + ")");
            return;
        }
        throw new AssertionError(what + " was not refused");
    }

    private static void password(Stage stage) throws Exception {
        refused("JMSSecurityException", "nobody", () -> connect(stage, null, null));
        refused("JMSSecurityException", "a wrong password", () -> connect(stage, "seller", SECRET + "clerk"));
        refused("JMSSecurityException", "an unknown user", () -> connect(stage, "thief", SECRET + "seller"));
        session(stage, "seller");
    }

    private static void rules(Stage stage) throws Exception {
        ActiveMQQueue orders = new ActiveMQQueue("Orders-" + stage.run());
        ActiveMQQueue others = new ActiveMQQueue("Others-" + stage.run());
        ActiveMQSession seller = session(stage, "seller");
        var replies = seller.createTemporaryQueue();
        var order = seller.createTextMessage("order");
        order.setJMSReplyTo(replies);
        seller.createProducer(orders).send(order);
        ActiveMQSession clerk = session(stage, "clerk");
        var taken = Stage.next(Stage.consumer(clerk, orders));
        Check.equal("order", Stage.text(taken), "order");
        Stage.send(clerk, (ActiveMQDestination) taken.getJMSReplyTo(), "thanks");
        Check.equal("thanks", Stage.text(seller.createConsumer(replies).receive(Stage.WAIT)), "answer");
        refused("JMSSecurityException", "seller sends elsewhere", () -> Stage.send(seller, others, "x"));
        refused("JMSSecurityException", "seller reads", () -> Stage.consumer(seller, orders));
        refused("JMSSecurityException", "clerk sends", () -> Stage.send(clerk, orders, "x"));
        refused("JMSSecurityException", "clerk reads elsewhere", () -> Stage.consumer(clerk, others));
        refused("JMSSecurityException", "clerk sends without saying where before",
                () -> clerk.createProducer(null).send(others, clerk.createTextMessage("x")));
    }

    /** Connects to a broker whose certificate this process does not trust. */
    private static void untrusted(Stage stage) throws Exception {
        try {
            connect(stage, "seller", SECRET + "seller");
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SSLException || String.valueOf(cause.getMessage()).contains("outbound has closed")) {
                    return; // the handshake failed, or the client closed the connection before another thread wrote
                }
            }
            throw e;
        }
        throw new AssertionError("it connected to whoever answers");
    }
}
