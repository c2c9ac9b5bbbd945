package io.posthorse.interop.grpc;

import static io.posthorse.interop.grpc.Stage.text;

import io.posthorse.interop.client.Check;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.rocketmq.client.apis.consumer.ConsumeResult;
import org.apache.rocketmq.client.apis.consumer.FilterExpression;
import org.apache.rocketmq.client.apis.producer.Producer;
import org.apache.rocketmq.client.apis.producer.Transaction;
import org.apache.rocketmq.client.apis.producer.TransactionResolution;

/** Transactions that the producer ends itself, or by its answer to a check. */
final class TransactionScenarios {
    private TransactionScenarios() {
    }

    static void decided(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Queue<String> got = new ConcurrentLinkedQueue<>();
        Producer producer = stage.producer(topic, view -> TransactionResolution.UNKNOWN);
        stage.push(stage.name("group"), topic, FilterExpression.SUB_ALL, view -> {
            got.add(text(view.getBody()));
            return ConsumeResult.SUCCESS;
        });
        Transaction taken = producer.beginTransaction();
        producer.send(stage.message(topic, "rolled back").build(), taken);
        Transaction kept = producer.beginTransaction();
        producer.send(stage.message(topic, "committed").build(), kept);
        Check.pause(500);
        Check.equal(List.of(), List.copyOf(got), "messages before the decision");
        taken.rollback();
        kept.commit();
        Check.within(10, "the committed message", () -> got.contains("committed"));
        Check.pause(500);
        Check.equal(List.of("committed"), List.copyOf(got), "messages");
    }

    static void orphan(Stage stage) throws Exception {
        String topic = stage.name("topic");
        Queue<String> got = new ConcurrentLinkedQueue<>();
        Queue<String> asked = new ConcurrentLinkedQueue<>();
        Producer producer = stage.producer(topic, view -> {
            asked.add(text(view.getBody()));
            return text(view.getBody()).equals("yes") ? TransactionResolution.COMMIT : TransactionResolution.ROLLBACK;
        });
        stage.push(stage.name("group"), topic, FilterExpression.SUB_ALL, view -> {
            got.add(text(view.getBody()));
            return ConsumeResult.SUCCESS;
        });
        producer.send(stage.message(topic, "yes").build(), producer.beginTransaction());
        producer.send(stage.message(topic, "no").build(), producer.beginTransaction());
        Check.within(20, "both questions", () -> asked.contains("yes") && asked.contains("no"));
        Check.within(10, "the committed message", () -> got.contains("yes"));
        Check.pause(500);
        Check.equal(List.of("yes"), List.copyOf(got), "messages");
    }
}
