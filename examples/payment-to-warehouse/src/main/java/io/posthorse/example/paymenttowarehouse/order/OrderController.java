package io.posthorse.example.paymenttowarehouse.order;

import jakarta.jms.JMSException;
import java.util.List;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The HTTP interface of orders. */
@RestController
class OrderController {
    private static final int ITEMS_MAX = 1_000;

    private final Orders orders;

    OrderController(Orders orders) {
        this.orders = orders;
    }

    /** Places an order. The request is idempotent: a repeated id changes nothing. */
    @PutMapping("/orders/{id}")
    ResponseEntity<Orders.Order> place(
            @PathVariable("id") String id, @RequestParam("sku") String sku,
            @RequestParam(name = "count", defaultValue = "1") int count) throws JMSException {
        if (count < 1 || count > ITEMS_MAX || id.length() > 40 || sku.length() > 40) {
            return ResponseEntity.badRequest().build();
        }
        try {
            orders.place(id, sku, count);
        } catch (DuplicateKeyException e) {
            return ResponseEntity.of(orders.find(id));
        }
        return ResponseEntity.status(201).body(orders.find(id).orElseThrow());
    }

    @GetMapping("/orders/{id}")
    ResponseEntity<Orders.Order> order(@PathVariable("id") String id) {
        return ResponseEntity.of(orders.find(id));
    }

    @GetMapping("/orders")
    List<Orders.Order> orders() {
        return orders.all();
    }
}
