package io.posthorse.example.ons;

import com.aliyun.openservices.ons.api.Action;
import com.aliyun.openservices.ons.api.Consumer;
import com.aliyun.openservices.ons.api.Message;
import com.aliyun.openservices.ons.api.ONSFactory;
import com.aliyun.openservices.ons.api.transaction.LocalTransactionChecker;
import com.aliyun.openservices.ons.api.transaction.TransactionProducer;
import com.aliyun.openservices.ons.api.transaction.TransactionStatus;
import java.util.List;

/**
 * Transactional messages: a message becomes visible if the local transaction commits. If its outcome is unknown, the
 * broker checks it later.
 */
final class Transactions {

    private static final String TOPIC = "ons-transactions";

    private Transactions() {
    }

    private static void pay(TransactionProducer producer, String text, TransactionStatus outcome) {
        Message message = Taken.message(TOPIC, "paid", text);
        message.putUserProperties("CHECK_IMMUNITY_TIME_IN_SECONDS", "1"); // checked after one second instead of six
        producer.send(message, (sent, argument) -> outcome, null);
    }

    /** Pays three times; returns what was received. */
    static List<String> run(Account account) throws InterruptedException {
        Taken taken = new Taken();
        Consumer consumer = ONSFactory.createConsumer(account.in("GID_transactions_readers"));
        consumer.subscribe(TOPIC, "*", (message, context) -> {
            taken.add("seen: " + Taken.text(message));
            return Action.CommitMessage;
        });
        LocalTransactionChecker checker = message -> {
            taken.add("asked about: " + Taken.text(message));
            return TransactionStatus.CommitTransaction;
        };
        TransactionProducer producer = ONSFactory.createTransactionProducer(account.in("GID_transactions"), checker);
        try {
            producer.start();
            pay(producer, "a book, committed", TransactionStatus.CommitTransaction);
            try {
                pay(producer, "a horse, rolled back", TransactionStatus.RollbackTransaction);
            } catch (RuntimeException e) {
                taken.add("told by the client: " + e.getMessage());
            }
            pay(producer, "tea, not known yet", TransactionStatus.Unknow);
            consumer.start();
            return taken.sorted(4);
        } finally {
            consumer.shutdown();
            producer.shutdown();
        }
    }
}
