package io.posthorse.example.flashsale;

import java.util.concurrent.atomic.LongAdder;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.springframework.stereotype.Service;

/** Takes requests: queues them as messages, or refuses them at once when it is known that nothing is left. */
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
     * A request in the queue, written as {@code sale:buyer}. It names its sale, so that one that waited for long does not
     * buy in the next sale.
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

    /** Takes a buyer's request and says at once what is known of it: it is queued, or it comes too late. */
    Outcome request(long buyer) {
        long sale = number;
        if (soldOut == sale) {
            refused.increment();
            return Outcome.SOLD_OUT;
        }
        Request request = new Request(sale, buyer);
        if (rocketMq.syncSend(TOPIC, request.toString()).getSendStatus() != SendStatus.SEND_OK) {
            throw new IllegalStateException("the request was not stored safely; send it again, it counts once");
        }
        queued.increment();
        return Outcome.QUEUED;
    }

    /** Notes that nothing is left in a sale: from now on its requests are refused without a message. */
    void close(long sale) {
        soldOut = sale;
    }

    /** Opens a new sale with this many items. */
    void open(long items) {
        number = ledger.open(items);
        queued.reset();
        refused.reset();
    }

    /** The number of the sale that runs. */
    long number() {
        return number;
    }

    /** Requests that became messages since the sale was opened. */
    long queued() {
        return queued.sum();
    }

    /** Requests that were refused at once since the sale was opened. */
    long refused() {
        return refused.sum();
    }
}
