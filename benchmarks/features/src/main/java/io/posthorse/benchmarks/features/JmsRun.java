package io.posthorse.benchmarks.features;

import jakarta.jms.BytesMessage;
import jakarta.jms.Connection;
import jakarta.jms.Destination;
import jakarta.jms.JMSException;
import jakarta.jms.MessageConsumer;
import jakarta.jms.MessageProducer;
import jakarta.jms.Session;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.activemq.ActiveMQConnectionFactory;
import org.apache.activemq.ActiveMQMessageProducer;
import org.apache.activemq.AsyncCallback;

/** JMS scenarios against one broker, each on destinations of its own, with persistent messages of 1 KiB. */
final class JmsRun {
    private static final int BYTES = 1_024;
    private static final int CONNECTIONS = 4;
    private static final int WINDOW = 64;
    private static final int IN_FLIGHT = 2_000;
    private static final int SUBSCRIBERS = 10;
    private static final int BATCH = 100;
    private static final int DESTINATIONS = 100_000;
    private static final int PATIENCE_MS = 200;

    private final ActiveMQConnectionFactory factory;
    private final ServerProcess server;
    private final int warmSeconds;
    private final int seconds;

    JmsRun(String url, ServerProcess server, int warmSeconds, int seconds) {
        this.factory = new ActiveMQConnectionFactory(url);
        factory.setWatchTopicAdvisories(false);
        this.server = server;
        this.warmSeconds = warmSeconds;
        this.seconds = seconds;
    }

    Scenario scenario(String name) {
        return new Scenario(name);
    }

    private interface Work {
        void run() throws JMSException, InterruptedException;
    }

    /** A run of a scenario, with its connections and threads. */
    final class Scenario implements AutoCloseable {
        private final String name;
        private final List<Connection> connections = new ArrayList<>();
        private final List<Thread> threads = new ArrayList<>();
        private final LongAdder done = new LongAdder();
        private volatile boolean stopping;

        private Scenario(String name) {
            this.name = name;
        }

        private Session session(int mode) throws JMSException {
            Connection connection = factory.createConnection();
            connections.add(connection);
            connection.start();
            return connection.createSession(mode == Session.SESSION_TRANSACTED, mode);
        }

        private void forever(Work work) {
            threads.add(Thread.ofPlatform().daemon().start(() -> {
                try {
                    while (!stopping) {
                        work.run();
                    }
                } catch (JMSException | InterruptedException e) {
                    if (!stopping) {
                        e.printStackTrace();
                    }
                }
            }));
        }

        private static BytesMessage message(Session session) throws JMSException {
            BytesMessage message = session.createBytesMessage();
            message.writeBytes(new byte[BYTES]);
            return message;
        }

        /** Limits the sends in flight; an answer, or a call, returns the permit. */
        private void sender(Destination to, Semaphore permits, boolean returnsPermits) throws JMSException {
            Session session = session(Session.AUTO_ACKNOWLEDGE);
            MessageProducer producer = session.createProducer(to);
            Semaphore window = new Semaphore(WINDOW);
            forever(() -> {
                if (!permits.tryAcquire(PATIENCE_MS, TimeUnit.MILLISECONDS)) {
                    return;
                }
                window.acquire();
                ((ActiveMQMessageProducer) producer).send(message(session), new AsyncCallback() {
                    @Override
                    public void onSuccess() {
                        window.release();
                        if (returnsPermits) {
                            done.increment();
                            permits.release();
                        }
                    }

                    @Override
                    public void onException(JMSException e) {
                        e.printStackTrace();
                        window.release();
                    }
                });
            });
        }

        /** Many senders send to one queue without a consumer. */
        void sends() throws Exception {
            Destination queue = session(Session.AUTO_ACKNOWLEDGE).createQueue("bench.sends");
            Semaphore permits = new Semaphore(CONNECTIONS * WINDOW);
            for (int i = 0; i < CONNECTIONS; i++) {
                sender(queue, permits, true);
            }
            measure("sends");
        }

        /** Equally many receivers and senders, with a limit of messages in between. */
        void queue() throws Exception {
            Destination queue = session(Session.AUTO_ACKNOWLEDGE).createQueue("bench.queue");
            Semaphore permits = new Semaphore(IN_FLIGHT);
            for (int i = 0; i < CONNECTIONS; i++) {
                session(Session.AUTO_ACKNOWLEDGE).createConsumer(queue).setMessageListener(m -> {
                    done.increment();
                    permits.release();
                });
            }
            for (int i = 0; i < CONNECTIONS; i++) {
                sender(queue, permits, false);
            }
            measure("sent and received");
        }

        /** One sender and ten subscribers. */
        void topic() throws Exception {
            Destination topic = session(Session.AUTO_ACKNOWLEDGE).createTopic("bench.topic");
            Semaphore permits = new Semaphore(IN_FLIGHT);
            for (int i = 0; i < SUBSCRIBERS; i++) {
                boolean last = i == SUBSCRIBERS - 1;
                session(Session.AUTO_ACKNOWLEDGE).createConsumer(topic).setMessageListener(m -> {
                    done.increment();
                    if (last) {
                        permits.release();
                    }
                });
            }
            sender(topic, permits, false);
            measure("deliveries");
        }

        /** Batches of a hundred messages, each sent in a transaction and received in one. */
        void transactions() throws Exception {
            Destination queue = session(Session.AUTO_ACKNOWLEDGE).createQueue("bench.transactions");
            Semaphore permits = new Semaphore(IN_FLIGHT);
            for (int i = 0; i < CONNECTIONS; i++) {
                receiver(session(Session.SESSION_TRANSACTED), queue, permits);
                Session session = session(Session.SESSION_TRANSACTED);
                MessageProducer producer = session.createProducer(queue);
                forever(() -> {
                    if (permits.tryAcquire(BATCH, PATIENCE_MS, TimeUnit.MILLISECONDS)) {
                        for (int n = 0; n < BATCH; n++) {
                            producer.send(message(session));
                        }
                        session.commit();
                    }
                });
            }
            measure("sent and received, in transactions of " + BATCH);
        }

        private void receiver(Session session, Destination queue, Semaphore permits) throws JMSException {
            MessageConsumer consumer = session.createConsumer(queue);
            forever(() -> {
                int count = 0;
                while (count < BATCH && consumer.receive(PATIENCE_MS) != null) {
                    count++;
                }
                session.commit();
                done.add(count);
                permits.release(count);
            });
        }

        private void measure(String what) throws IOException, InterruptedException {
            TimeUnit.SECONDS.sleep(warmSeconds);
            server.mark();
            long before = done.sum();
            long began = System.nanoTime();
            TimeUnit.SECONDS.sleep(seconds);
            double cpu = server.cpuSeconds();
            double took = (System.nanoTime() - began) / 1e9;
            long count = done.sum() - before;
            System.out.printf(Locale.ROOT,
                    "%-13s %9d %s in %.1f s: %8.0f/s, server %.2f cores, %8.0f per core second, own memory %d MB%n",
                    name, count, what, took, count / took, cpu / took, count / cpu, server.ownMb());
        }

        /** Many queues, with a message in every tenth. */
        void destinations() throws Exception {
            Session session = session(Session.SESSION_TRANSACTED);
            MessageProducer producer = session.createProducer(null);
            long before = server.residentMb();
            long began = System.nanoTime();
            for (int i = 0; i < DESTINATIONS; i++) {
                Destination queue = session.createQueue("bench.many." + i);
                if (i % 10 == 0) {
                    producer.send(queue, session.createTextMessage("one"));
                } else {
                    session.createProducer(queue).close();
                }
                if (i % BATCH == BATCH - 1) {
                    session.commit();
                }
            }
            session.commit();
            System.out.printf(Locale.ROOT, "%-13s %d queues in %.1f s: %d MB resident, before %d MB%n",
                    name, DESTINATIONS, (System.nanoTime() - began) / 1e9, server.residentMb(), before);
        }

        @Override
        public void close() throws Exception {
            stopping = true;
            for (Thread thread : threads) {
                thread.join(TimeUnit.SECONDS.toMillis(10));
            }
            for (Connection connection : connections) {
                connection.close();
            }
        }
    }
}
