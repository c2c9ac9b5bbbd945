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
 * The orders. Each step is an update that holds only in the state before it, so a message that comes twice, or late,
 * changes nothing.
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

    /** An order for so many pieces of one kind. */
    public record Order(String id, String sku, int itemCount, ProcessStatus processStatus) {}

    /**
     * Places an order. The message that will look whether it was paid is sent before the order is committed: one too many
     * finds no order and is done, one too few would leave an order open for ever.
     */
    @Transactional(rollbackFor = JMSException.class)
    public void place(String id, String sku, int count) throws JMSException {
        database.sql("INSERT INTO order_info (id, sku, item_count, process_status) VALUES (?, ?, ?, 'UNPAID')")
                .params(id, sku, count)
                .update();
        sender.sendTextLater(Queues.ORDER_TIMEOUT, id, timeoutMs);
        steps.reached("timeout-sent", id);
    }

    /** A payment has failed, or has come; money that comes too late goes back. */
    public void payment(String id, boolean success) {
        if (!success) {
            change(id, ProcessStatus.PAY_FAIL, ProcessStatus.UNPAID);
        } else if (!change(id, ProcessStatus.PAID, ProcessStatus.UNPAID)) {
            change(id, ProcessStatus.TO_REFUND, ProcessStatus.CANCELLED, ProcessStatus.PAY_FAIL);
        }
        steps.reached("order-paid", id);
    }

    /**
     * Tells the warehouse of an order that is paid, and does nothing with any other. The row stays locked until the message
     * is sent, so the warehouse's answer is never read before this has ended. A crash after the message leaves the order
     * paid: it is sent again, and the warehouse knows the order already.
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

    /** What the warehouse answered. It may know of an order that a crash left in the state before. */
    public void deducted(String id, boolean success) {
        change(id, success ? ProcessStatus.WAITING_DELEVER : ProcessStatus.STOCK_EXCEPTION,
                ProcessStatus.NOTIFIED_WARE, ProcessStatus.PAID);
        steps.reached("order-deducted", id);
    }

    /** The time to pay is over. */
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

    /** An order, where there is one of that id. */
    public Optional<Order> find(String id) {
        return database.sql("SELECT id, sku, item_count, process_status FROM order_info WHERE id = ?").param(id)
                .query(Order.class).optional();
    }

    /** All of them. */
    public List<Order> all() {
        return database.sql("SELECT id, sku, item_count, process_status FROM order_info ORDER BY id")
                .query(Order.class).list();
    }
}
