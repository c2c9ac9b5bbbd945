package io.posthorse.example.ons;

import com.aliyun.openservices.ons.api.Action;
import com.aliyun.openservices.ons.api.Consumer;
import com.aliyun.openservices.ons.api.Message;
import com.aliyun.openservices.ons.api.ONSFactory;
import com.aliyun.openservices.ons.api.OnExceptionContext;
import com.aliyun.openservices.ons.api.Producer;
import com.aliyun.openservices.ons.api.SendCallback;
import com.aliyun.openservices.ons.api.SendResult;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Three ways to send: synchronously, asynchronously with a callback, and one-way without an answer. */
final class ThreeWays {

    private static final String TOPIC = "ons-ways";

    private ThreeWays() {
    }

    private static Message order(String text, int number) {
        Message message = Taken.message(TOPIC, "order", text);
        message.setKey("ORDERID_" + number); // business key: identifies duplicates, unlike the message id
        return message;
    }

    private static CompletableFuture<SendResult> sendAsync(Producer producer, Message message) {
        CompletableFuture<SendResult> answer = new CompletableFuture<>();
        producer.sendAsync(message, new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
                answer.complete(result);
            }

            @Override
            public void onException(OnExceptionContext context) {
                answer.completeExceptionally(context.getException());
            }
        });
        return answer;
    }

    /** Sends a message in each way; returns what a consumer received. */
    static List<String> run(Account account) throws InterruptedException {
        Taken taken = new Taken();
        Producer producer = ONSFactory.createProducer(account.in("GID_ways"));
        Consumer consumer = ONSFactory.createConsumer(account.in("GID_ways_readers"));
        consumer.subscribe(TOPIC, "*", (message, context) -> {
            taken.add(Taken.text(message) + ", key " + message.getKey());
            return Action.CommitMessage;
        });
        try {
            producer.start();
            SendResult answer = producer.send(order("waited for", 100));
            System.out.println("The broker has " + answer.getMessageId() + " in topic " + answer.getTopic() + ".");
            sendAsync(producer, order("called back", 101)).join();
            producer.sendOneway(order("one way", 102));
            consumer.start();
            return taken.sorted(3);
        } finally {
            consumer.shutdown();
            producer.shutdown();
        }
    }
}
