package io.posthorse.example.paymenttowarehouse.order;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.posthorse.example.paymenttowarehouse.jms.Queues;
import io.posthorse.example.paymenttowarehouse.jms.Sender;
import io.posthorse.example.paymenttowarehouse.jms.Steps;
import jakarta.jms.JMSException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The orders. Each step is a conditional update that requires the previous state, so duplicate and late messages change
 * nothing.
 */
@Service
public class Orders {
    private final JdbcClient database;
    private final Sender sender;
    private final ObjectMapper json;
    private final Steps steps;
    private final long timeoutMs;

    Orders(JdbcClient database, Sender sender, ObjectMapper json, Steps steps,
            @Value("${example.order-timeout-ms}") long timeoutMs) {
        this.database = database;
        this.sender = sender;
        this.json = json;
        this.steps = steps;
        this.timeoutMs = timeoutMs;
    }

    /** An order for a number of items of one SKU. */
    public record Order(String id, String sku, int itemCount, ProcessStatus processStatus) {}

    /**
     * Places an order. The delayed message that checks for the payment is sent before the order is committed: a surplus
     * message finds no order and has no effect, while a missing one would leave the order open forever.
     */
    @Transactional(rollbackFor = JMSException.class)
    public void place(String id, String sku, int count) throws JMSException {
        database.sql("INSERT INTO order_info (id, sku, item_count, process_status) VALUES (?, ?, ?, 'UNPAID')")
                .params(id, sku, count)
                .update();
        sender.sendTextLater(Queues.ORDER_TIMEOUT, id, timeoutMs);
        steps.reached("timeout-sent", id);
    }

    /** Handles the result of a payment. A payment that arrives too late is to be refunded. */
    public void payment(String id, boolean success) {
        if (!success) {
            change(id, ProcessStatus.PAY_FAIL, ProcessStatus.UNPAID);
        } else if (!change(id, ProcessStatus.PAID, ProcessStatus.UNPAID)) {
            change(id, ProcessStatus.TO_REFUND, ProcessStatus.CANCELLED, ProcessStatus.PAY_FAIL);
        }
        steps.reached("order-paid", id);
    }

    /**
     * Notifies the warehouse of an order if the order is paid; does nothing otherwise. The row stays locked until the
     * message is sent, so the warehouse's answer is processed only after this transaction has ended. After a crash
     * between the send and the commit the order is still paid: the message is sent again, and the warehouse recognizes
     * the order.
     */
    @Transactional(rollbackFor = JMSException.class)
    public void tellWarehouse(String id) throws JMSException {
        if (change(id, ProcessStatus.NOTIFIED_WARE, ProcessStatus.PAID)) {
            sender.sendText(Queues.ORDER_RESULT, forWarehouse(find(id).orElseThrow()));
            steps.reached("warehouse-told", id);
        }
    }

    private String forWarehouse(Order order) {
        try {
            return json.writeValueAsString(Map.of(
                    "orderId", order.id(),
                    "consignee", "Zhang San",
                    "consigneeTel", "10086",
                    "orderComment", "",
                    "orderBody", order.sku() + " x " + order.itemCount(),
                    "deliveryAddress", "1 Relay Station Road",
                    "paymentWay", "2",
                    "wareId", "1",
                    "details", List.of(Map.of(
                            "skuId", order.sku(), "skuNum", "" + order.itemCount(), "skuName", order.sku()))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * Handles the answer of the warehouse. The order may still be in the previous state if a crash rolled back the
     * change.
     */
    public void deducted(String id, boolean success) {
        change(id, success ? ProcessStatus.WAITING_DELEVER : ProcessStatus.STOCK_EXCEPTION,
                ProcessStatus.NOTIFIED_WARE, ProcessStatus.PAID);
        steps.reached("order-deducted", id);
    }

    /** Cancels an order that is not paid in time. */
    public void timeout(String id) {
        change(id, ProcessStatus.CANCELLED, ProcessStatus.UNPAID);
    }

    private boolean change(String id, ProcessStatus to, ProcessStatus... from) {
        return database.sql("UPDATE order_info SET process_status = :to WHERE id = :id AND process_status IN (:from)")
                .param("to", to.name())
                .param("id", id)
                .param("from", Arrays.stream(from).map(Enum::name).toList())
                .update() > 0;
    }

    /** Returns the order with the given id, or empty if there is none. */
    public Optional<Order> find(String id) {
        return database.sql("SELECT id, sku, item_count, process_status FROM order_info WHERE id = ?").param(id)
                .query(Order.class).optional();
    }

    /** Returns all orders. */
    public List<Order> all() {
        return database.sql("SELECT id, sku, item_count, process_status FROM order_info ORDER BY id")
                .query(Order.class).list();
    }
}
