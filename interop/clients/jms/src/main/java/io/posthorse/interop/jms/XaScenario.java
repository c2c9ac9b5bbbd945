package io.posthorse.interop.jms;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQXAConnection;
import org.apache.activemq.ActiveMQXAConnectionFactory;

/** The calls of a transaction manager: two phases, one phase, and a decision by another connection. */
final class XaScenario {

    private XaScenario() {
    }

    /** The name of a branch, as transaction managers create it. */
    record Id(String global) implements Xid {
        @Override
        public int getFormatId() {
            return 4_711;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return global.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {1};
        }
    }

    static void run(Stage stage) throws Exception {
        Stage.send(stage.session(), stage.queue("in"), "1", "2", "3");
        Id onePhase = work(stage, "one-phase", "1", false);
        Id committed = work(stage, "committed", "2", true);
        Id rolledBack = work(stage, "rolled-back", "3", true);
        var in = Stage.consumer(stage.session(), stage.queue("in"));
        var out = Stage.consumer(stage.session(), stage.queue("out"));
        Check.equal("result of 1", Stage.text(Stage.next(out)), "what one phase sent");
        Stage.nothing(out, "nothing is visible before the decision");
        XAResource manager = resource(stage);
        List<String> found = new ArrayList<>();
        for (Xid xid : manager.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN)) {
            found.add(new String(xid.getGlobalTransactionId(), StandardCharsets.US_ASCII));
        }
        Check.that(found.containsAll(List.of(committed.global(), rolledBack.global())), "what waits: " + found);
        Check.that(!found.contains(onePhase.global()), "what is decided: " + found);
        manager.commit(committed, false);
        Check.equal("result of 2", Stage.text(Stage.next(out)), "what two phases sent");
        manager.rollback(rolledBack);
        Check.equal("3", Stage.text(Stage.next(in)), "given back");
        Stage.nothing(in, "the others are taken");
        Stage.nothing(out, "what was rolled back was not sent");
        try {
            manager.commit(committed, false);
            throw new AssertionError("a second commit was not refused");
        } catch (XAException e) {
            Check.equal(XAException.XAER_NOTA, e.errorCode, "code of the refusal");
        }
    }

    /** Does the work of a branch: receives a message and sends an answer; commits at once, or prepares and disconnects. */
    static Id work(Stage stage, String name, String expected, boolean twoPhases) throws Exception {
        Id id = new Id(stage.name(name));
        ActiveMQXAConnection connection = connect(stage);
        var session = connection.createXASession();
        XAResource resource = session.getXAResource();
        resource.start(id, XAResource.TMNOFLAGS);
        var taken = session.createConsumer(stage.queue("in")).receive(Stage.WAIT);
        Check.equal(expected, Stage.text(taken), "taken");
        session.createProducer(stage.queue("out")).send(session.createTextMessage("result of " + expected));
        resource.end(id, XAResource.TMSUCCESS);
        if (twoPhases) {
            Check.equal(XAResource.XA_OK, resource.prepare(id), "vote");
        } else {
            resource.commit(id, true);
        }
        connection.close();
        return id;
    }

    static XAResource resource(Stage stage) throws Exception {
        return connect(stage).createXASession().getXAResource();
    }

    static ActiveMQXAConnection connect(Stage stage) throws Exception {
        var factory = new ActiveMQXAConnectionFactory(stage.url() + "?jms.prefetchPolicy.all=0");
        return (ActiveMQXAConnection) stage.opened((ActiveMQConnection) factory.createXAConnection());
    }
}
