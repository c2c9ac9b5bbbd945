package io.posthorse.example.flashsale;

import java.util.Optional;
import org.apache.rocketmq.spring.annotation.RocketMQMessageListener;
import org.apache.rocketmq.spring.core.RocketMQListener;
import org.springframework.stereotype.Component;

/** Consumes the requests, with as many threads as the database can handle, regardless of the number of buyers. */
@Component
@RocketMQMessageListener(topic = Sale.TOPIC, consumerGroup = "flash-sale-decisions", consumeThreadNumber = 4)
public class Decisions implements RocketMQListener<String> {

    private final Ledger ledger;
    private final Sale sale;

    Decisions(Ledger ledger, Sale sale) {
        this.ledger = ledger;
        this.sale = sale;
    }

    @Override
    public void onMessage(String text) {
        Sale.Request request = Sale.Request.parse(text);
        Optional<Outcome> decision = ledger.decide(request.sale(), request.buyer());
        if (decision.filter(Outcome.SOLD_OUT::equals).isPresent()) {
            sale.close(request.sale());
        }
    }
}
