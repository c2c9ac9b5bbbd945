package io.posthorse.load;

import io.posthorse.codec.rocketmq.Frame;
import io.posthorse.codec.rocketmq.JsonReader;
import io.posthorse.codec.rocketmq.JsonValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The load program: sends messages to a broker, Posthorse or RocketMQ, consumes them if asked to, and prints their number
 * and latency. The latency is the time from a message's sending to its answer, or with {@code e2e} to its arrival.
 */
public final class Load {
    /** First eight bytes of the bodies of this run. */
    static final long MARK = System.nanoTime() ^ 0x504F5354484F5253L;

    private static final int ROUTE = 105;
    private static final String MODEL_TOPIC = "TBW102";
    private static final long ARRIVAL_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private Load() {}

    /**
     * The result of a run.
     *
     * @param answered messages that were answered, including {@code refused}
     * @param received messages that were consumed; 0 where none should be
     * @param latencies latencies of answers, or of arrivals where messages were consumed
     * @param problems what went wrong, each problem once
     */
    record Outcome(
            LoadOptions options, long answered, long refused, long received, double seconds, Latencies latencies,
            List<String> problems) {

        String text() {
            double rate = (answered - refused) / seconds;
            return String.format(
                    Locale.ROOT,
                    "%d messages of %d bytes in %.1f s: %.0f messages/s, %.1f MB/s%n"
                            + "latency%s ms: p50 %.3f, p99 %.3f, max %.3f%n"
                            + "refused %d%s%n",
                    answered - refused, options.size(), seconds, rate, rate * options.size() / 1e6,
                    options.endToEnd() ? " to the consumer" : "",
                    latencies.percentile(50) / 1e6, latencies.percentile(99) / 1e6, latencies.max() / 1e6,
                    refused, options.endToEnd() ? ", received " + received : "");
        }
    }

    /** Runs the program. See {@link LoadOptions#USAGE}. */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        LoadOptions options;
        try {
            options = LoadOptions.of(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage() + System.lineSeparator() + LoadOptions.USAGE);
            System.exit(2);
            return;
        }
        Outcome outcome = run(options);
        System.out.print(outcome.text());
        outcome.problems().forEach(System.err::println);
        System.exit(outcome.problems().isEmpty() ? 0 : 1);
    }

    static Outcome run(LoadOptions requested) throws IOException, InterruptedException {
        LoadOptions options = prepare(requested);
        List<LoadReceiver> receivers = new ArrayList<>();
        for (int queue = 0; options.endToEnd() && queue < options.queues(); queue++) {
            receivers.add(new LoadReceiver(options, queue));
        }
        List<Thread> receiving = receivers.stream().map(r -> Thread.ofPlatform().start(r::receive)).toList();
        long start = System.nanoTime();
        long deadline = start + TimeUnit.SECONDS.toNanos(options.seconds());
        long interval = options.rate() == 0 ? 0 : 1_000_000_000L * options.connections() / options.rate();
        List<LoadSender> senders = new ArrayList<>();
        for (int i = 0; i < options.connections(); i++) {
            senders.add(new LoadSender(options, i % options.queues(), deadline, interval));
        }
        List<Thread> sending = new ArrayList<>();
        for (LoadSender sender : senders) {
            sending.add(Thread.ofPlatform().start(sender::receive));
            sending.add(Thread.ofPlatform().start(sender::send));
        }
        for (Thread thread : sending) {
            thread.join();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        long stored = senders.stream().mapToLong(s -> s.latencies().count() - s.refused()).sum();
        awaitArrival(receivers, stored);
        receivers.forEach(LoadReceiver::stop);
        for (Thread thread : receiving) {
            thread.join();
        }
        return outcome(options, senders, receivers, seconds);
    }

    /** Finds the broker and the number of queues, and makes sure that the topic exists. */
    private static LoadOptions prepare(LoadOptions requested) throws IOException {
        LoadOptions options = requested;
        if (requested.broker() == null) {
            options = route(requested);
        }
        try (Wire wire = new Wire(options.broker())) {
            Frame answer = wire.ask(310, SendFields.of(options.topic(), 0), new byte[options.size()]);
            if (answer.code() != 0) {
                throw new IOException("the first message was refused with code " + answer.code() + ": "
                        + answer.remark());
            }
        }
        return requested.broker() == null ? route(requested) : options;
    }

    private static LoadOptions route(LoadOptions options) throws IOException {
        try (Wire names = new Wire(options.nameServer())) {
            Frame answer = names.ask(ROUTE, Map.of("topic", options.topic()), new byte[0]);
            if (answer.code() != 0) {
                answer = names.ask(ROUTE, Map.of("topic", MODEL_TOPIC), new byte[0]);
            }
            if (answer.code() != 0) {
                throw new IOException("the name server has no route for the topic: " + answer.remark());
            }
            JsonValue.Obj route = JsonReader.read(answer.body()).asObject();
            JsonValue.Obj addresses = route.array("brokerDatas").getFirst().asObject().object("brokerAddrs");
            int queues = route.array("queueDatas").getFirst().asObject().integer("writeQueueNums", options.queues());
            return options.at(addresses.text("0", ""), queues);
        }
    }

    private static void awaitArrival(List<LoadReceiver> receivers, long stored) {
        long until = System.nanoTime() + ARRIVAL_NANOS_MAX;
        while (!receivers.isEmpty() && System.nanoTime() < until
                && receivers.stream().mapToLong(LoadReceiver::received).sum() < stored) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    private static Outcome outcome(
            LoadOptions options, List<LoadSender> senders, List<LoadReceiver> receivers, double seconds) {
        Latencies sent = new Latencies();
        Latencies arrived = new Latencies();
        senders.forEach(s -> sent.add(s.latencies()));
        receivers.forEach(r -> arrived.add(r.latencies()));
        List<String> problems = new ArrayList<>();
        senders.forEach(s -> problems.add(s.problem()));
        receivers.forEach(r -> problems.add(r.problem()));
        problems.removeIf(Objects::isNull);
        long refused = senders.stream().mapToLong(LoadSender::refused).sum();
        if (options.endToEnd() && arrived.count() < sent.count() - refused) {
            problems.add((sent.count() - refused - arrived.count()) + " messages did not arrive");
        }
        return new Outcome(
                options, sent.count(), refused, arrived.count(), seconds, options.endToEnd() ? arrived : sent,
                problems.stream().distinct().toList());
    }
}
