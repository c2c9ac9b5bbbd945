package io.posthorse.interop.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.client.producer.TransactionSendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;

/** Transactional messages. */
final class TransactionScenario {
    private static final List<String> ENDS = List.of("commit", "rollback", "later-commit", "later-rollback");

    private TransactionScenario() {
    }

    /** A producer decides at once, or at a check; committed messages come once, others never. */
    static void run(Stage stage) throws Exception {
        String topic = stage.topic("topic");
        Inbox inbox = new Inbox();
        Assigned.await(stage.startPush(stage.name("group"), topic, "*", inbox), topic, 4);
        Decisions decisions = new Decisions();
        TransactionMQProducer producer = stage.configure(new TransactionMQProducer(stage.name("decider")));
        producer.setTransactionListener(decisions);
        // its own group: an ordinary producer of the same group cannot answer checks
        stage.atEnd(producer::shutdown);
        producer.start();

        List<String> committed = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            String end = ENDS.get(i % 4);
            String body = end + "-" + i;
            Message message = new Message(topic, "Tag", "key" + i, Stage.bytes(body));
            message.putUserProperty("CHECK_IMMUNITY_TIME_IN_SECONDS", "1");
            TransactionSendResult result = producer.sendMessageInTransaction(message, end);
            Check.equal(SendStatus.SEND_OK, result.getSendStatus(), "status");
            Check.that(result.getTransactionId() != null, "a transaction has an id");
            if (end.endsWith("commit")) {
                committed.add(body);
            }
        }
        inbox.expect(committed, 100, "committed messages");
        for (Received received : inbox.received()) {
            MessageExt message = received.message();
            Check.equal(topic, message.getTopic(), "topic");
            Check.equal("Tag", message.getTags(), "tag");
            Check.equal(message.getUserProperty("UNIQ_KEY"), message.getTransactionId(), "transaction id");
        }
        Check.within(100, "all that was open is asked about", () -> decisions.asked.size() >= 20);
        decisions.asked.keySet().forEach(body -> Check.that(body.startsWith("later"), "asked about " + body));
        Check.equal(committed.size(), inbox.size(), "messages after all questions");
        stage.fact("asked", decisions.asked.size());
    }

    private static final class Decisions implements TransactionListener {
        final Map<String, Integer> asked = new ConcurrentHashMap<>();

        @Override
        public LocalTransactionState executeLocalTransaction(Message message, Object end) {
            return switch ((String) end) {
                case "commit" -> LocalTransactionState.COMMIT_MESSAGE;
                case "rollback" -> LocalTransactionState.ROLLBACK_MESSAGE;
                default -> LocalTransactionState.UNKNOW;
            };
        }

        @Override
        public LocalTransactionState checkLocalTransaction(MessageExt message) {
            String body = new String(message.getBody());
            asked.merge(body, 1, Integer::sum);
            return body.startsWith("later-commit")
                    ? LocalTransactionState.COMMIT_MESSAGE
                    : LocalTransactionState.ROLLBACK_MESSAGE;
        }
    }
}
