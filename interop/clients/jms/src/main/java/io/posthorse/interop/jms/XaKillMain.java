package io.posthorse.interop.jms;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.ActiveMQXAConnection;

/**
 * A transaction manager whose broker is killed between the phases; arguments: URL RUN STEP, each step in its own process.
 * {@code prepare} prints {@code fact scenario=xa-prepare prepared=2} and waits for its end; {@code decide} and {@code after}
 * end with a verdict.
 */
public final class XaKillMain {

    private static final String NAME = "xa-kill";

    private XaKillMain() {
    }

    /** Runs a step; exits with 0 where its result is right, else with 1. */
    public static void main(String[] args) {
        Map<String, Main.Scenario> steps = Map.of(
                "prepare", XaKillMain::prepare, "decide", XaKillMain::decide, "after", XaKillMain::after);
        Stage stage = new Stage(args[0], args[1], NAME);
        boolean passed = Main.play("xa-" + args[2], stage, steps.get(args[2]));
        Report.end(passed);
        Runtime.getRuntime().halt(passed ? 0 : 1);
    }

    /** Prepares two branches, and leaves a third one unprepared. */
    private static void prepare(Stage stage) throws Exception {
        Stage.send(stage.session(), stage.queue("in"), "1", "2", "3");
        XaScenario.work(stage, "committed", "1", true);
        XaScenario.work(stage, "rolled-back", "2", true);
        ActiveMQXAConnection connection = XaScenario.connect(stage);
        var session = connection.createXASession();
        session.getXAResource().start(new XaScenario.Id(stage.name("unprepared")), XAResource.TMNOFLAGS);
        Check.equal("3", Stage.text(session.createConsumer(stage.queue("in")).receive(Stage.WAIT)), "taken");
        session.createProducer(stage.queue("out")).send(session.createTextMessage("result of 3"));
        session.getXAResource().end(new XaScenario.Id(stage.name("unprepared")), XAResource.TMSUCCESS);
        Report.fact("xa-prepare", "prepared", 2);
        new CountDownLatch(1).await();
    }

    /** After the first kill: prepared branches wait and are invisible; commits one and rolls the other back. */
    private static void decide(Stage stage) throws Exception {
        var in = Stage.consumer(stage.session(), stage.queue("in"));
        var out = Stage.consumer(stage.session(), stage.queue("out"));
        Check.equal("3", Stage.text(Stage.next(in)), "what was not prepared comes again");
        Stage.nothing(in, "what was prepared is taken");
        Stage.nothing(out, "nothing is visible before the decision");
        in.close();
        out.close();
        XAResource manager = XaScenario.resource(stage);
        Map<String, Xid> found = branches(stage, manager);
        Check.equal(List.of(stage.name("committed"), stage.name("rolled-back")), List.copyOf(found.keySet()), "what waits");
        manager.commit(found.get(stage.name("committed")), false);
        manager.rollback(found.get(stage.name("rolled-back")));
    }

    /** After the second kill: checks that the decisions hold. */
    private static void after(Stage stage) throws Exception {
        var in = Stage.consumer(stage.session(), stage.queue("in"));
        var out = Stage.consumer(stage.session(), stage.queue("out"));
        Check.equal("result of 1", Stage.text(Stage.next(out)), "what was committed was sent");
        Check.equal("2", Stage.text(Stage.next(in)), "what was rolled back comes again");
        Stage.nothing(in, "what was committed is taken");
        Stage.nothing(out, "what was rolled back was not sent");
        Check.equal(List.of(), new ArrayList<>(branches(stage, XaScenario.resource(stage)).keySet()), "what waits");
    }

    /** Returns the names of this run's branches that wait for a decision. */
    private static Map<String, Xid> branches(Stage stage, XAResource manager) throws Exception {
        Map<String, Xid> found = new TreeMap<>();
        for (Xid xid : manager.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN)) {
            String name = new String(xid.getGlobalTransactionId(), StandardCharsets.US_ASCII);
            if (name.endsWith("." + stage.run())) {
                found.put(name, xid);
            }
        }
        return found;
    }
}
