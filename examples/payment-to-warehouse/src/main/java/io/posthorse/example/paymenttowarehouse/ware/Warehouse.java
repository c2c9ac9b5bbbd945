package io.posthorse.example.paymenttowarehouse.ware;

import io.posthorse.example.paymenttowarehouse.jms.Steps;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.support.TransactionTemplate;

/** Takes goods out of stock, once for an order however often it is asked, and all of an order or nothing of it. */
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

    /** So many of one kind. */
    public record Line(String sku, int count) {}

    /** Takes an order out of stock and returns how that ended, or how it ended before. */
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
            return resultOf(orderId).orElseThrow(); // somebody else was given the same message, and was quicker
        }
    }

    private boolean takeAll(List<Line> lines) {
        TreeMap<String, Integer> counts = new TreeMap<>();
        lines.forEach(line -> counts.merge(line.sku(), line.count(), Math::addExact));
        // In one order for all, or two orders could wait for each other's rows.
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
