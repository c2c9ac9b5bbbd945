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

/** Three ways to send: wait for the broker's answer, be called back with it, or do without. */
final class ThreeWays {

    private static final String TOPIC = "ons-ways";

    private ThreeWays() {
    }

    private static Message order(String text, int number) {
        Message message = Taken.message(TOPIC, "order", text);
        message.setKey("ORDERID_" + number); // the business's own: by it, not by the message id, one knows what was done
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

    /** Sends in each way; gives what a consumer took. */
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
