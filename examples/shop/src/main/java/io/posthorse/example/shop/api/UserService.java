package io.posthorse.example.shop.api;

/** The remote interface of the user service. */
public interface UserService {

    /** Returns the user, or null if there is none. */
    User find(long userId);

    /** Takes an amount in cents from the balance for an order. The call is idempotent for each order. */
    Code pay(long orderId, long userId, long cents);
}
