package io.posthorse.example.paymenttowarehouse.payment;

import io.posthorse.example.paymenttowarehouse.jms.Queues;
import io.posthorse.example.paymenttowarehouse.jms.Sender;
import io.posthorse.example.paymenttowarehouse.jms.Steps;
import jakarta.jms.JMSException;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Service;

/**
 * The payments. The result of a payment is stored first, then sent to the orders, then marked as sent. Results without
 * the mark are sent again, so no payment is lost, and an order may receive one more than once.
 */
@Service
public class Payments {
    private static final Logger LOG = LoggerFactory.getLogger(Payments.class);

    private final JdbcClient database;
    private final Sender sender;
    private final Steps steps;
    private final long resendAfterMs;

    Payments(JdbcClient database, Sender sender, Steps steps,
            @Value("${example.payment-resend-after-ms}") long resendAfterMs) {
        this.database = database;
        this.sender = sender;
        this.steps = steps;
        this.resendAfterMs = resendAfterMs;
    }

    /**
     * Stores the provider's result of a payment and sends it to the orders. Only the first result for an order counts.
     */
    public void settled(String orderId, String result) {
        try {
            database.sql("INSERT INTO payment_info (order_id, result, stored_at, told) VALUES (?, ?, ?, FALSE)")
                    .params(orderId, result, System.currentTimeMillis())
                    .update();
        } catch (DuplicateKeyException e) {
            LOG.info("order {} already has a payment result", orderId);
            return;
        }
        steps.reached("payment-stored", orderId);
        try {
            tell(orderId, result);
        } catch (JMSException e) {
            LOG.warn("the payment result of order {} will be sent later: {}", orderId, e.getMessage());
        }
    }

    private void tell(String orderId, String result) throws JMSException {
        sender.sendMap(Queues.PAYMENT_RESULT, Map.of("orderId", orderId, "result", result));
        steps.reached("payment-told", orderId);
        database.sql("UPDATE payment_info SET told = TRUE WHERE order_id = ?").param(orderId).update();
    }

    /** Sends the results that are not marked as sent, for example after a crash. */
    @Scheduled(fixedDelayString = "${example.payment-resend-after-ms}")
    void tellTheRest() throws JMSException {
        List<Map<String, Object>> rest = database
                .sql("SELECT order_id, result FROM payment_info WHERE told = FALSE AND stored_at < ?")
                .param(System.currentTimeMillis() - resendAfterMs)
                .query().listOfRows();
        for (Map<String, Object> payment : rest) {
            tell((String) payment.get("order_id"), (String) payment.get("result"));
        }
    }
}
