package io.posthorse.example.paymenttowarehouse.ware;

import io.posthorse.example.paymenttowarehouse.jms.Steps;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** Takes goods from stock. The deduction is idempotent for each order, and takes all goods of an order or none. */
@Service
public class Warehouse {
    static final String DEDUCTED = "DEDUCTED";
    static final String OUT_OF_STOCK = "OUT_OF_STOCK";

    private final JdbcClient database;
    private final TransactionTemplate transaction;
    private final Steps steps;

    Warehouse(JdbcClient database, TransactionTemplate transaction, Steps steps) {
        this.database = database;
        this.transaction = transaction;
        this.steps = steps;
    }

    /** A number of items of one SKU. */
    public record Line(String sku, int count) {}

    /** Takes the goods of an order from stock and returns the result, or returns the earlier result if there is one. */
    public String deduct(String orderId, List<Line> lines) {
        Optional<String> before = resultOf(orderId);
        if (before.isPresent()) {
            return before.get();
        }
        try {
            String result = Boolean.TRUE.equals(transaction.execute(status -> {
                note(orderId, DEDUCTED);
                boolean all = takeAll(lines);
                if (!all) {
                    status.setRollbackOnly();
                }
                return all;
            })) ? DEDUCTED : outOfStock(orderId);
            steps.reached("stock-deducted", orderId);
            return result;
        } catch (DuplicateKeyException e) {
            return resultOf(orderId).orElseThrow(); // a concurrent delivery of the same message was faster
        }
    }

    private boolean takeAll(List<Line> lines) {
        TreeMap<String, Integer> counts = new TreeMap<>();
        lines.forEach(line -> counts.merge(line.sku(), line.count(), Math::addExact));
        // The same lock order for all orders prevents deadlocks.
        return counts.entrySet().stream().allMatch(line ->
                database.sql("UPDATE ware_sku SET stock = stock - ? WHERE sku = ? AND stock >= ?")
                        .params(line.getValue(), line.getKey(), line.getValue())
                        .update() == 1);
    }

    private String outOfStock(String orderId) {
        note(orderId, OUT_OF_STOCK);
        return OUT_OF_STOCK;
    }

    private void note(String orderId, String result) {
        database.sql("INSERT INTO ware_order (order_id, result) VALUES (?, ?)").params(orderId, result).update();
    }

    private Optional<String> resultOf(String orderId) {
        return database.sql("SELECT result FROM ware_order WHERE order_id = ?").param(orderId)
                .query(String.class).optional();
    }
}
