package io.posthorse.example.flashsale;

import java.util.concurrent.atomic.LongAdder;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.springframework.stereotype.Service;

/** Accepts requests: sends them as messages, or rejects them at once when the sale is known to be sold out. */
@Service
public class Sale {

    static final String TOPIC = "flash-sale";

    private final RocketMQTemplate rocketMq;
    private final Ledger ledger;
    private final LongAdder queued = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private volatile long number;
    private volatile long soldOut;

    Sale(RocketMQTemplate rocketMq, Ledger ledger) {
        this.rocketMq = rocketMq;
        this.ledger = ledger;
        this.number = ledger.current();
        this.soldOut = ledger.itemsLeft(number) == 0 ? number : 0;
    }

    /**
     * A request in the queue, written as {@code sale:buyer}. It contains the number of its sale, so that an old request
     * does not buy in a later sale.
     */
    record Request(long sale, long buyer) {

        static Request parse(String text) {
            int colon = text.indexOf(':');
            return new Request(Long.parseLong(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
        }

        @Override
        public String toString() {
            return sale + ":" + buyer;
        }
    }

    /** Accepts the request of a buyer and returns the outcome known so far: queued or sold out. */
    Outcome request(long buyer) {
        long sale = number;
        if (soldOut == sale) {
            refused.increment();
            return Outcome.SOLD_OUT;
        }
        Request request = new Request(sale, buyer);
        if (rocketMq.syncSend(TOPIC, request.toString()).getSendStatus() != SendStatus.SEND_OK) {
            throw new IllegalStateException("the request was not stored safely; retry it, duplicates count once");
        }
        queued.increment();
        return Outcome.QUEUED;
    }

    /** Marks a sale as sold out: from now on its requests are rejected without a message. */
    void close(long sale) {
        soldOut = sale;
    }

    /** Opens a new sale with the given number of items. */
    void open(long items) {
        number = ledger.open(items);
        queued.reset();
        refused.reset();
    }

    /** Returns the number of the current sale. */
    long number() {
        return number;
    }

    /** Returns the number of requests sent as messages since the sale was opened. */
    long queued() {
        return queued.sum();
    }

    /** Returns the number of requests rejected at once since the sale was opened. */
    long refused() {
        return refused.sum();
    }
}
