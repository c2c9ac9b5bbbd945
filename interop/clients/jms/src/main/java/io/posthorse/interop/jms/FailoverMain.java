package io.posthorse.interop.jms;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.activemq.ActiveMQConnection;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQMessageConsumer;
import org.apache.activemq.ActiveMQSession;
import org.apache.activemq.command.ActiveMQQueue;

/**
 * Sends and consumes with the failover transport while the test kills and restarts the broker; arguments: URL RUN. Prints
 * {@code fact scenario=failover sent=N} from time to time, so that the test knows the progress.
 */
public final class FailoverMain {

    private static final String NAME = "failover";
    private static final int COUNT = 4_000;
    private static final int BATCH = 10;
    private static final int QUIET_MILLIS = 3_000;

    private final Set<String> committed = ConcurrentHashMap.newKeySet();
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private final String run;
    private volatile boolean allSent;
    private int doubtful;
    private int twice;

    private FailoverMain(String run) {
        this.run = run;
    }

    /** Runs the scenario; exits with 0 where nothing was lost, else with 1. */
    public static void main(String[] args) {
        String url = "failover:(" + args[0] + ")?initialReconnectDelay=50&maxReconnectDelay=200";
        boolean passed = Main.play(NAME, new Stage(url, args[1], NAME), stage -> new FailoverMain(args[1]).run(stage));
        Report.end(passed);
        Runtime.getRuntime().halt(passed ? 0 : 1);
    }

    private void run(Stage stage) throws Exception {
        Thread consumer = new Thread(() -> consume(stage.url()), "consumer");
        consumer.setDaemon(true);
        consumer.start();
        Batches batches = new Batches(stage.url(), new ActiveMQQueue(NAME + ".batches." + run), () -> allSent);
        batches.start();
        ActiveMQSession session = stage.session();
        var producer = session.createProducer(new ActiveMQQueue(NAME + "." + run));
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < COUNT; i++) {
            producer.send(session.createTextMessage("m" + i));
            sent.add("m" + i);
            if (sent.size() % 500 == 0) {
                stage.fact("sent", sent.size());
            }
        }
        allSent = true;
        consumer.join(TimeUnit.SECONDS.toMillis(90));
        Check.that(!consumer.isAlive(), "the consumer did not end; it saw " + seen.size());
        if (failure.get() != null) {
            throw failure.get();
        }
        Set<String> lost = new HashSet<>(sent);
        lost.removeAll(seen);
        stage.fact("doubtfulCommits", doubtful);
        stage.fact("seenTwice", twice);
        Check.equal(Set.of(), lost, "acknowledged and lost");
        batches.check(stage);
    }

    /** Receives batches and commits each; only a batch whose commit is in doubt may come again. */
    private void consume(String url) {
        try {
            ActiveMQConnection connection =
                    (ActiveMQConnection) new ActiveMQConnectionFactory(url).createConnection();
            connection.start();
            ActiveMQSession session = Stage.session(connection, ActiveMQSession.SESSION_TRANSACTED);
            ActiveMQMessageConsumer consumer = Stage.consumer(session, new ActiveMQQueue(NAME + "." + run));
            List<String> batch = new ArrayList<>();
            while (true) {
                var message = consumer.receive(QUIET_MILLIS);
                if (message != null) {
                    batch.add(Stage.text(message));
                }
                if (batch.size() >= BATCH || message == null) {
                    commit(session, batch);
                }
                if (message == null && allSent) {
                    connection.close();
                    return;
                }
            }
        } catch (Exception | AssertionError e) {
            failure.set(e instanceof Exception exception ? exception : new IllegalStateException(e));
        }
    }

    private void commit(ActiveMQSession session, List<String> batch) throws Exception {
        for (String text : batch) {
            Check.that(!committed.contains(text), text + " comes again after its commit");
            if (!seen.add(text)) {
                twice++;
            }
        }
        try {
            session.commit();
            committed.addAll(batch);
        } catch (Exception e) {
            if (!e.getClass().getSimpleName().equals("TransactionRolledBackException")) {
                throw e;
            }
            doubtful++;
        }
        batch.clear();
    }
}
