package io.posthorse.example.shop.api;

/** The remote interface of the order service. */
public interface OrderService {

    /** Returns the order, or null if there is none. */
    Order find(long orderId);
}
