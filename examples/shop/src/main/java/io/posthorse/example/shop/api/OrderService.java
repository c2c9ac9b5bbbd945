package io.posthorse.example.shop.api;

/** Calls of the order service. */
public interface OrderService {

    /** An order, or null. */
    Order find(long orderId);
}
